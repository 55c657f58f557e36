/** Says what is wrong with a YAML text, in the words of who wrote it. */
import type { YAMLError } from 'yaml'

import type { Problem } from './problem.ts'

type YamlErrorCode = YAMLError['code']

/** What to do about each kind of mistake that the library tells apart. */
const REMEDIES: Readonly<Record<YamlErrorCode, string>> = {
  ALIAS_PROPS: 'remove the anchor or tag in front of the alias',
  BAD_ALIAS: 'give anchors and aliases a name, such as &web and *web',
  BAD_COLLECTION_TYPE: 'remove the tag',
  BAD_DIRECTIVE: 'remove the directive, the line that begins with %',
  BAD_DQ_ESCAPE: 'write \\\\ for a backslash, or use single quotes',
  BAD_INDENT: 'indent all items of a mapping or list by the same number of spaces',
  BAD_PROP_ORDER: 'put the anchor or tag behind the indicator',
  BAD_SCALAR_START: 'put the text in quotes',
  BLOCK_AS_IMPLICIT_KEY: 'put the inner mapping on a line of its own, or the text in quotes',
  BLOCK_IN_FLOW: 'inside brackets write everything in brackets, without dashes',
  DUPLICATE_KEY: 'keep one of the two',
  IMPOSSIBLE: 'write this part in a simpler way',
  KEY_OVER_1024_CHARS: 'shorten the key to 1024 characters',
  MISSING_CHAR: 'close quotes and brackets, and put a space behind a colon, a comma and a dash',
  MULTILINE_IMPLICIT_KEY: 'write the key on one line with its colon; a colon may be missing',
  MULTIPLE_ANCHORS: 'keep one anchor',
  MULTIPLE_DOCS: 'separate documents with a line of three dashes',
  MULTIPLE_TAGS: 'keep one tag',
  NON_STRING_KEY: 'write keys as plain text',
  RESOURCE_EXHAUSTION: 'write this part in a simpler way',
  TAB_AS_INDENT: 'indent with spaces',
  TAG_RESOLVE_FAILED: 'remove the tag; rules need none',
  UNEXPECTED_TOKEN: 'remove it, or put the text in quotes',
}

/** The error `yaml-syntax` or `yaml-tag` for a mistake that the library found in `text`. */
export function explainMistake(mistake: YAMLError, text: string): Problem {
  const remedy = REMEDIES[mistake.code]
  return {
    severity: 'error',
    code: mistake.code === 'TAG_RESOLVE_FAILED' ? 'yaml-tag' : 'yaml-syntax',
    // Some mistakes are found behind the end of the text, or before its start.
    offset: Math.min(Math.max(mistake.pos[0], 0), text.length),
    message: wordsFor(mistake),
    value: undefined,
    remedy,
  }
}

/** The library's own sentence, in lower case and on one line. */
function wordsFor({ message }: YAMLError): string {
  const line = message.split('\n', 1)[0] ?? ''
  return line.charAt(0).toLowerCase() + line.slice(1)
}
