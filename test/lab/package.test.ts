import { describePackage } from './kit/package-life.ts'

describePackage('bookworm')
