import { describeNeeds, NEEDS, REPEATED } from './kit/needs.ts'

describeNeeds(NEEDS.filter(({ stage, name }) => stage !== 'syscalls' && !REPEATED.includes(name)))
