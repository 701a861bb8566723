import { SUBJECTS } from '../lab/kit/subjects.ts'
import { describeWalksByKeys } from './whole-walks.ts'

describeWalksByKeys(SUBJECTS.filter(({ often }) => often === 'keys'))
