import { describe, expect, it } from 'vitest'
import { EXIT } from '../../../adapters/cli/command.ts'
import { run } from '../adapters/cli/memory-terminal.ts'
import { fillPage, helpCommands, readPage } from './help-page.ts'

/** The commands that the overview lists. */
async function listedCommands(): Promise<readonly string[]> {
  const { out } = await run(['help'])
  return [...out.matchAll(/^ {2}([a-z]+) {2,}[A-Z]/gm)].map(([, name = '']) => name)
}

describe('docs/cli.md', () => {
  it('shows the help texts as they are; test/unit/docs/refresh-help.ts writes them', async () => {
    const page = readPage()
    expect(page).toBe(await fillPage(page))
  })

  it('has a section with the help of every command', async () => {
    const page = readPage()
    const commands = await listedCommands()
    expect(commands).toContain('serve')
    expect(helpCommands(page).toSorted()).toEqual(
      ['help', ...commands.map((name) => `help ${name}`)].toSorted(),
    )
    for (const name of commands) expect(page).toContain(`\n## ${name}\n`)
  })

  it('names every exit code', () => {
    for (const code of Object.values(EXIT)) expect(readPage()).toContain(`\n| ${code} `)
  })

  it.each([
    ['0 for help', ['help'], 0],
    ['2 for an unknown command', ['sevre'], 2],
    ['2 for an unknown option', ['check', '--jsno'], 2],
    ['2 for --https', ['serve', '--https', '8443'], 2],
    ['2 for several workers', ['serve', '--workers', '4'], 2],
    ['1 for rules that are not there', ['check', '-c', '/nowhere/routes.json'], 1],
  ])('tells the truth about exit codes: %s', async (_name, args, code) => {
    expect((await run(args)).code).toBe(code)
  })
})
