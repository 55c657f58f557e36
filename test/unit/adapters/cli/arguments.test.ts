import { describe, expect, it } from 'vitest'
import { parseCall } from '../../../../adapters/cli/arguments.ts'
import type { CommandCall } from '../../../../adapters/cli/command.ts'
import { isMistake } from '../../../../adapters/cli/usage.ts'

const command = {
  options: [
    { name: 'config', short: 'c', value: 'FILE', repeatable: true, text: '' },
    { name: 'class', value: 'NAME', text: '' },
    { name: 'json', text: '' },
  ],
  maxArguments: 1,
}

function parse(...args: string[]): CommandCall {
  const call = parseCall(command, args)
  if (isMistake(call)) throw new Error(call.message)
  return call
}

describe('arguments', () => {
  it('are options with values, options without, and the rest, in any order', () => {
    const call = parse('x', '-c', 'a', '--config=b', '-cd', '--json', '--class', 'k')
    expect(call.values('config')).toEqual(['a', 'b', 'd'])
    expect(call.value('class')).toBe('k')
    expect(call.has('json')).toBe(true)
    expect(call.rest).toEqual(['x'])
  })

  it('take - for a value and, after --, anything for the rest', () => {
    expect(parse('-c', '-').values('config')).toEqual(['-'])
    expect(parse('--', '--json').rest).toEqual(['--json'])
  })

  it('are absent where they were not given', () => {
    const call = parse()
    expect([call.has('json'), call.value('class'), call.values('config')]).toEqual([
      false,
      undefined,
      [],
    ])
  })

  it.each([
    ['--jsn', 'unknown option "--jsn"', 'did you mean --json?'],
    ['--no-json', 'unknown option "--no-json"', '--config'],
    ['-x', 'unknown option "-x"', '--config'],
    ['--json=yes', '--json takes no value, and "yes" was given', 'leave it out'],
    ['--class', '--class needs a value', 'write --class NAME'],
    ['--class=', '--class needs a value', 'write --class NAME'],
    ['--class --json', '--class needs a value', 'write --class NAME'],
    ['--class a --class b', '--class was given twice', 'keep one'],
    ['a b', 'unexpected argument "b"', 'quotes'],
  ])('%s is a mistake: %s', (line, message, remedy) => {
    const mistake = parseCall(command, line.split(' '))
    expect(mistake).toMatchObject({
      type: 'usage-mistake',
      message: expect.stringContaining(message) as string,
      remedy: expect.stringContaining(remedy) as string,
    })
  })

  it('ask for help whatever else is wrong with the rest', () => {
    expect(parse('a', 'b', '-h').has('help')).toBe(true)
  })
})
