import { SUBJECTS } from './kit/subjects.ts'
import { describeWalks } from './kit/walks.ts'

describeWalks(SUBJECTS.filter(({ often }) => often !== '--yes'))
