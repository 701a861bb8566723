// npm run generate -- syscalls FOLDER | exposure | schema: writes anew what comes from the kernel, systemd or the source
import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { auditJsonSchema } from '../../src/session/audit/report.ts'
import { eventsJsonSchema } from '../../src/session/events/schema.ts'
import { planJsonSchema } from '../../src/session/plan/schema.ts'
import { EXPOSURE_TABLE } from '../../src/systemd/exposure/exposure-table.ts'
import { exposureModule, measureExposureTable } from './exposure-table.ts'
import { readSyscallHeaders, syscallModule } from './syscall-tables.ts'

const USAGE = `npm run generate -- syscalls FOLDER
  FOLDER: an unpacked linux-libc-dev of Linux 6.11 or newer:
  apt-get download linux-libc-dev && dpkg-deb -x linux-libc-dev_*.deb FOLDER
npm run generate -- exposure
  Asks the systemd-analyze of this machine, 252 or newer.
npm run generate -- schema
  Writes the published schemas: of hardenctl audit --json, of the events of --json elsewhere, and of plans.`

/** npm starts its scripts in the folder of package.json. */
function write(path: string, text: string): void {
  writeFileSync(path, text)
  execFileSync('node_modules/.bin/biome', ['format', '--write', path], { stdio: 'inherit' })
}

const [what, folder] = process.argv.slice(2)
if (what === 'syscalls' && folder !== undefined) {
  write('src/systemd/syscalls/syscall-numbers-data.ts', syscallModule(readSyscallHeaders(folder)))
} else if (what === 'exposure') {
  write('src/systemd/exposure/exposure-table.ts', exposureModule(measureExposureTable(EXPOSURE_TABLE)))
} else if (what === 'schema') {
  write('src/session/audit/audit.schema.json', JSON.stringify(auditJsonSchema()))
  write('src/session/events/events.schema.json', JSON.stringify(eventsJsonSchema()))
  write('src/session/plan/plan.schema.json', JSON.stringify(planJsonSchema()))
} else {
  console.error(USAGE)
  process.exitCode = 2
}
