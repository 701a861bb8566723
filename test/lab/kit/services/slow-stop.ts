import type { LabWish } from '../lab.ts'

/** A service that takes its time to stop, and ends well. */
export function slowStop(seconds: number): LabWish {
  const script = `#!/bin/sh
trap 'sleep ${seconds}; exit 0' TERM
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
