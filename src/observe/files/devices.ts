/** Devices that PrivateDevices=yes leaves in place (systemd.exec(5)), and terminals. */
export function isHarmlessDevice(path: string): boolean {
  return /^\/dev\/(null|zero|full|random|urandom|tty|ptmx|pts(\/.*)?|console|shm\/.*|log)$/.test(path)
}

/** A device that is there only while it is plugged in, by its usual names. */
export function isPluggable(path: string): boolean {
  return /^\/dev\/(?:tty(?:ACM|AMA|S|USB)\d+|(?:dvb|input|serial|snd|usb)\/.+|(?:hidraw|lp|s[grt]|nst|video)\d+|modem|gps\d*)$/.test(
    path,
  )
}
