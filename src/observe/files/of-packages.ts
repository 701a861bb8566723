/** Where packages alone put programs: file-hierarchy(7). */
const OF_PACKAGES = /^\/(?:bin|lib\w*|sbin|usr\/(?!local\/))/

/** Whether a program lies where nobody but a package puts any. */
export function isOfPackages(path: string): boolean {
  return OF_PACKAGES.test(path)
}
