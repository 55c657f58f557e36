import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { jsonValue, only } from './reading.ts'

/** Every path to a value or an own key in `value`. */
function pathsIn(value: unknown, base: readonly (string | number)[] = []): (string | number)[][] {
  if (typeof value !== 'object' || value === null) return [[...base]]
  const steps = Array.isArray(value) ? [...value.keys()] : Object.keys(value)
  const children = value as Readonly<Record<string | number, unknown>> // steps are its own keys
  return [[...base], ...steps.flatMap((step) => pathsIn(children[step], [...base, step]))]
}

/** The value that begins at a place of a JSON text, as the shortest prefix that parses. */
function valueAt(text: string, { line, column }: { line: number; column: number }): unknown {
  const lines = text.split('\n')
  const rest = [lines[line - 1]?.slice(column - 1), ...lines.slice(line)].join('\n')
  for (let end = 1; end <= rest.length; end++) {
    try {
      const value: unknown = JSON.parse(rest.slice(0, end))
      if (typeof value !== 'number' || !/[\d.eE+-]/.test(rest[end] ?? '')) return value
    } catch {
      // Not the whole value yet.
    }
  }
  return undefined
}

describe('locate', () => {
  it('locates every value of a JSON text where that value begins', () => {
    fc.assert(
      fc.property(jsonValue, fc.constantFrom(0, 2), (value, indent) => {
        const text = JSON.stringify(value, null, indent)
        const document = only('a.json', text)
        for (const path of pathsIn(document.value)) {
          const wanted = path.reduce<unknown>((at, step) => {
            return (at as Readonly<Record<string | number, unknown>>)[step] // a path of pathsIn
          }, document.value)
          expect(valueAt(text, document.locate(path))).toEqual(wanted)
          const key = path.at(-1)
          if (typeof key === 'string') expect(valueAt(text, document.locate(path, 'key'))).toBe(key)
        }
      }),
    )
  })

  it('gives the same places in YAML as in JSON for the same text', () => {
    fc.assert(
      fc.property(jsonValue, (value) => {
        // YAML's flow style takes JSON as it is, up to keys of 1024 characters.
        const text = JSON.stringify(value, null, 2)
        const json = only('a.json', text)
        const yaml = only('a.yaml', text)
        for (const path of pathsIn(json.value)) {
          expect(yaml.locate(path)).toEqual(json.locate(path))
          expect(yaml.locate(path, 'key')).toEqual(json.locate(path, 'key'))
        }
      }),
    )
  })

  it.each([
    { name: 'a list that comes last', wrap: (items: string) => `{"a": 1, "routes": [${items}]}` },
    { name: 'a list that comes first', wrap: (items: string) => `{"routes": [${items}], "a": 1}` },
    { name: 'an inner list', wrap: (items: string) => `{"routes": [[[${items}]]]}` },
  ])('locates each of very many elements of $name', ({ name, wrap }) => {
    const text = wrap(Array.from({ length: 100_000 }, (_, i) => `{"n": ${i}}`).join())
    const document = only('a.json', text)
    const base = name === 'an inner list' ? ['routes', 0, 0] : ['routes']
    // A pass over the text for each of them would take half an hour.
    for (let i = 0; i < 100_000; i++) {
      const { column } = document.locate([...base, i, 'n'], 'key')
      if (i % 9999 === 0) expect(text.slice(column - 1, column + 10)).toContain(`"n": ${i}}`)
    }
  })

  it('gives the nearest value where a path leads nowhere', () => {
    const document = only('a.json', '{\n  "routes": [\n    { "host": "a" }\n  ]\n}')
    expect(document.locate(['routes', 0, 'backend'])).toEqual({ line: 3, column: 5 })
    expect(document.locate(['routes', 7, 'backend'])).toEqual({ line: 2, column: 13 })
    expect(document.locate(['routes', 0, 'host', 'x'])).toEqual({ line: 3, column: 15 })
    expect(document.locate(['nothing'], 'key')).toEqual({ line: 1, column: 1 })
  })

  it('counts columns without the byte order mark and lines by line feeds', () => {
    const document = only('a.json', '\ufeff{ "a":\r\n1,\r\n"b": "\u{1f600}", "c": 3 }')
    expect(document.locate([])).toEqual({ line: 1, column: 1 })
    expect(document.locate(['a'])).toEqual({ line: 2, column: 1 })
    expect(document.locate(['c'])).toEqual({ line: 3, column: 17 })
  })
})
