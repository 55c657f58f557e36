/** The page about the command line with the help texts in it; see `cli.test.ts`. */
import { readFileSync } from 'node:fs'
import { run } from '../adapters/cli/memory-terminal.ts'

/** Where the page is. */
export const PAGE = new URL('../../../docs/cli.md', import.meta.url)

/** A block that holds what a help command prints: its fence, the command, the text. */
const HELP_BLOCK = /^```text postern (help.*)\n([\s\S]*?)^```$/gm

/** The page as it stands. */
export function readPage(): string {
  return readFileSync(PAGE, 'utf8')
}

/** The help commands that `page` shows, in order: `help serve`. */
export function helpCommands(page: string): readonly string[] {
  return [...page.matchAll(HELP_BLOCK)].map(([, command = '']) => command)
}

/** `page` with every help block filled with what the command prints now. */
export async function fillPage(page: string): Promise<string> {
  const texts = new Map<string, string>()
  for (const command of helpCommands(page)) {
    texts.set(command, (await run(command.split(' '))).out.trimEnd())
  }
  return page.replaceAll(HELP_BLOCK, (_block, command: string) => {
    return `\`\`\`text postern ${command}\n${texts.get(command) ?? ''}\n\`\`\``
  })
}
