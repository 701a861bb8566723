import type { LabWish } from '../lab.ts'

/**
 * A service that takes its time to stop, and ends well. PID 1 signals the processes of its control group until no new one
 * is among them, so that what begins at the signal must not die of it: systemd.kill(5), KillMode=control-group.
 */
export function slowStop(seconds: number): LabWish {
  const script = `#!/bin/sh
trap 'trap "" TERM; sleep ${seconds}; exit 0' TERM
sleep infinity &
wait $!
`
  const unit = `[Service]
ExecStart=/usr/local/bin/slow-stop
`
  return {
    files: { '/usr/local/bin/slow-stop': script, '/etc/systemd/system/slow-stop.service': unit },
    setup: [
      ['chmod', '755', '/usr/local/bin/slow-stop'],
      ['systemctl', 'daemon-reload'],
      ['systemctl', 'start', 'slow-stop.service'],
    ],
  }
}
