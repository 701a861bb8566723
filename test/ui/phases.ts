import type { Row } from '../../src/session/walk/rows.ts'
import type { Phase, StagePhase, TrialPhase } from '../../src/session/walk/state.ts'

type Of<At extends Phase['at']> = Extract<Phase, { at: At }>

/** One of each phase: one that is added without an example does not compile. */
export function examples(): { [At in Phase['at']]: Of<At> } {
  return {
    looking: { at: 'looking', what: 'Looking' },
    refused: { at: 'refused', reason: 'It is not running.', next: 'Start it.' },
    question: {
      at: 'question',
      id: 'companions',
      text: ['A long question. '.repeat(60)],
      yes: 'Yes',
      no: 'No',
    },
    baseline,
    stage: stage(),
    learning: learning(),
    confirm,
    trial: trial(),
    keep: keep(),
    failed: failed(),
    done: done(),
  }
}

export function row(key: string, value: string, over: Partial<Row> = {}): Row {
  return {
    id: `row-${key}`,
    key,
    value,
    ticked: true,
    recommended: true,
    what: `${key} takes a right from the service that it does not use.`,
    evidence: ['No process of the service was seen using it.'],
    breaks: 'A module that is loaded later could want it.',
    wins: 'A taken-over process can’t use it either.',
    gain: 2,
    proof: { state: 'none' },
    ...over,
  }
}

export function stage(over: Partial<StagePhase> = {}): StagePhase {
  return {
    at: 'stage',
    stage: 'filesystem',
    rows: [
      row('PrivateTmp', 'yes', {
        unavailable: { kind: 'in-force', why: 'The unit file of the package sets it.' },
      }),
      row('ProtectSystem', 'strict', {
        gain: 2,
        what: 'Makes the whole file system read-only for the service, except /dev, /proc and /sys and what ReadWritePaths= names.',
        evidence: [
          'The processes hold 4 files open for writing, all below /var/log/apache2 and /run/apache2.',
          'logrotate writes below /var/log/apache2 from outside the service.',
        ],
        breaks:
          'Writing anywhere else fails with "Read-only file system", for example uploads of a web application.',
        wins: 'A taken-over web server can’t replace programs or settings.',
        proof: { state: 'proven' },
      }),
      row('ReadWritePaths', '/var/log/apache2 /run/apache2 /var/cache/apache2', {
        gain: 0,
        proof: { state: 'proving' },
      }),
      row('ProtectHome', 'yes', { gain: 2, proof: { state: 'waiting' } }),
      row('PrivateDevices', 'yes', {
        gain: 3,
        proof: { state: 'breaks', reason: 'exit status 226 at the start' },
      }),
      row('ProcSubset', 'pid', {
        gain: 1,
        ticked: false,
        recommended: false,
        caution: 'mod_status reads /proc/loadavg.',
      }),
      row('NoExecPaths', '/', {
        gain: 0,
        unavailable: { kind: 'unfit', why: 'CGI scripts below /usr/lib/cgi-bin are started by the service.' },
      }),
    ],
    notes: ['A umask of 0027 gives new files mode 0640.'],
    before: 92,
    predicted: 71,
    set: { state: 'none' },
    proving: false,
    ...over,
  }
}

export const baseline: Of<'baseline'> = {
  at: 'baseline',
  measuring: false,
  checks: [
    {
      id: 'http',
      label: 'GET http://127.0.0.1:80/',
      ticked: true,
      request: { kind: 'http', url: 'http://127.0.0.1:80/', timeoutMs: 5000 },
      answered: '200 ×3',
    },
    {
      id: 'tcp',
      label: 'connect to 127.0.0.1:443',
      ticked: false,
      request: { kind: 'tcp', address: '127.0.0.1', port: 443, timeoutMs: 5000 },
    },
  ],
}

export function learning(over: Partial<Of<'learning'>> = {}): Of<'learning'> {
  return {
    at: 'learning',
    since: Date.now() - 65_000,
    news: {
      calls: [{ name: 'setpriority', by: 'php-fpm8.2' }],
      sockets: ['AF_NETLINK SOCK_RAW'],
      files: ['/var/lib/app/uploads/report.pdf'],
      programs: ['/usr/bin/convert'],
      memory: [],
    },
    lost: false,
    ...over,
  }
}

export const confirm: Of<'confirm'> = {
  at: 'confirm',
  stage: 'filesystem',
  dropIn:
    '[Service]\nProtectSystem=strict\nProtectHome=yes\nReadWritePaths=\nReadWritePaths=/var/log/apache2 /run/apache2\n',
  ownership: [
    {
      path: '/var/log/apache2/access.log',
      user: 'www-data',
      group: 'adm',
      mode: 0o640,
      why: 'It is opened by the worker now.',
    },
  ],
  rehearsal: { state: 'none' },
  target: 'live',
  warnings: ['A connection that is open now is closed.'],
}

type Trying = Extract<TrialPhase, { doing: 'try' }>

export function trial(over: Partial<Trying> = {}): Trying {
  return {
    at: 'trial',
    doing: 'try',
    stage: 'filesystem',
    deadline: Date.now() + 88_000,
    steps: [
      { id: 'arm', label: 'Arm the timer that undoes everything', state: 'done', ms: 120 },
      { id: 'write', label: 'Write the drop-in', state: 'done', ms: 34 },
      { id: 'restart', label: 'Restart the service', state: 'running' },
      { id: 'check', label: 'Ask the service', state: 'waiting', detail: '3 checks' },
    ],
    ...over,
  }
}

export function keep(over: Partial<Of<'keep'>> = {}): Of<'keep'> {
  return {
    at: 'keep',
    stage: 'filesystem',
    deadline: Date.now() + 60_000,
    before: 92,
    after: 71,
    proof: [
      'GET http://127.0.0.1:80/ answered 200, as before.',
      'All 3 settings are in force.',
      'The journal has no new errors.',
    ],
    ...over,
  }
}

export function failed(over: Partial<Of<'failed'>> = {}): Of<'failed'> {
  return {
    at: 'failed',
    stage: 'syscalls',
    reason: 'The service did not start: chown was killed by the system call filter.',
    journal: [
      'apache2.service: Main process exited, code=killed, status=31/SYS',
      'apache2.service: Failed with result ‘signal’.',
    ],
    undone: ['The drop-in was removed and the service runs again as before (200 ×3).'],
    relaxations: [
      {
        id: 'fchownat',
        text: 'allow fchownat (of @chown), which chown called',
        precise: true,
        needed: 'the system call fchownat (called by chown)',
        cost: 1,
      },
      {
        id: 'setgroups',
        text: 'allow setgroups (of @setuid), which apache2 called',
        precise: true,
        needed: 'the system call setgroups (called by apache2)',
        cost: 0,
      },
    ],
    mayInsist: false,
    ...over,
  }
}

export function done(over: Partial<Of<'done'>['summary']> = {}): Of<'done'> {
  return {
    at: 'done',
    summary: {
      stock: 92,
      final: 34,
      curve: [
        { label: 'Before', exposure: 92 },
        { label: 'Capabilities', exposure: 81 },
        { label: 'User switch', exposure: 81 },
        { label: 'Filesystem', exposure: 66 },
        { label: 'System restrictions', exposure: 49 },
        { label: 'System calls', exposure: 34 },
      ],
      dropInPath: '/etc/systemd/system/apache2.service.d/50-hardenctl.conf',
      dropIn:
        '[Service]\nCapabilityBoundingSet=\nCapabilityBoundingSet=CAP_NET_BIND_SERVICE\nNoNewPrivileges=yes\nProtectSystem=strict\nProtectHome=yes\n',
      undo: 'hardenctl undo apache2.service',
      notes: ['User switch was skipped.'],
      healthy: true,
      asked: true,
      ...over,
    },
  }
}
