/** Devices that PrivateDevices=yes leaves in place (systemd.exec(5)), and terminals. */
export function isHarmlessDevice(path: string): boolean {
  return /^\/dev\/(null|zero|full|random|urandom|tty|ptmx|pts(\/.*)?|console|shm\/.*|log)$/.test(path)
}
