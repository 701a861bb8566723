import { describeNeeds, NEEDS } from './kit/needs.ts'

describeNeeds(NEEDS.filter(({ stage }) => stage === 'syscalls'))
