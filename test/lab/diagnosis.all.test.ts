import { describeNeeds, NEEDS, REPEATED } from './kit/needs.ts'

describeNeeds(NEEDS.filter(({ name }) => REPEATED.includes(name)))
