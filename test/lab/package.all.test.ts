import { describePackage, describeTrial } from './kit/package-life.ts'

describePackage('trixie')
describeTrial('bookworm')
describeTrial('trixie')
