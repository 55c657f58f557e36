/** The processor time of a process and all that it started, as the system accounts for it. */
import { readdirSync, readFileSync } from 'node:fs'

/** Seconds that `pid` and its descendants have used; threads included, ended children not. */
export function cpuSeconds(pid: number): number {
  let seconds = 0
  for (const one of family(pid)) {
    for (const task of readdirSync(`/proc/${one}/task`)) {
      const [ran = '0'] = readFileSync(`/proc/${one}/task/${task}/schedstat`, 'utf8').split(' ')
      seconds += Number(ran) / 1e9
    }
  }
  return seconds
}

/** Bytes that the process keeps in memory, its descendants included. */
export function residentBytes(pid: number): number {
  let bytes = 0
  for (const one of family(pid)) {
    const [, pages = '0'] = readFileSync(`/proc/${one}/statm`, 'utf8').split(' ')
    bytes += Number(pages) * 4096
  }
  return bytes
}

function family(pid: number): number[] {
  const children = new Map<number, number[]>()
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue
    try {
      const stat = readFileSync(`/proc/${name}/stat`, 'utf8')
      const parent = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1])
      children.set(parent, [...(children.get(parent) ?? []), Number(name)])
    } catch {
      // It ended between the listing and the look.
    }
  }
  const all = [pid]
  for (const one of all) all.push(...(children.get(one) ?? []))
  return all
}
