import { useEffect, useState } from 'react'

/** The time, once a second: enough for a countdown, and little traffic on a slow line. */
export function useNow(): number {
  const [now, setNow] = useState(Date.now)
  useEffect(() => {
    setNow(Date.now())
    const timer = setInterval(() => setNow(Date.now()), 1000)
    return () => clearInterval(timer)
  }, [])
  return now
}
