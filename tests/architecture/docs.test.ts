import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { ROOMS } from '#contract/catalogue'

const pages = [
  'README.md',
  'content/README.md',
  'miniprogram/README.md',
  ...readdirSync('docs', { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => join('docs', name)),
].map((file) => ({ file, text: readFileSync(file, 'utf8') }))

const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: Record<string, string> }

/** What npm does itself, without a script of ours. */
const OF_NPM = ['ci', 'rebuild', 'run', 'start', 'test']

/** The text without what stands in code: links there are not links. */
const spoken = (text: string) => text.replace(/```[\s\S]*?```/g, '').replace(/`[^`\n]*`/g, '')

const inCode = (text: string) => [...text.matchAll(/```[\s\S]*?```|`[^`\n]*`/g)].map(([code]) => code)

const foundIn = (pattern: RegExp) =>
  pages.flatMap(({ file, text }) => [...text.matchAll(pattern)].map(([found]) => `${file}: ${found}`))

/** `Taking a process out` → `taking-a-process-out`, as code hosts name the places of a page. */
const anchors = (file: string) =>
  [...readFileSync(file, 'utf8').matchAll(/^#+ (.+)$/gm)].map(([, title = '']) =>
    title
      .toLowerCase()
      .replace(/[^\p{Letter}\p{Number}\- ]/gu, '')
      .replace(/ /g, '-'),
  )

/** Why a link leads nowhere; null when it leads somewhere. */
function trouble(file: string, link: string) {
  if (/^(https?|mailto):/.test(link)) return null
  const [path = '', anchor] = decodeURIComponent(link).split('#')
  const target = path ? join(dirname(file), path) : file
  if (!existsSync(target)) return `${file}: ${link}`
  return anchor && !anchors(target).includes(anchor) ? `${file}: no place ${link}` : null
}

describe('the pages for people', () => {
  it('lead nowhere but to what is there', () => {
    const wrong = pages.flatMap(({ file, text }) =>
      [...spoken(text).matchAll(/\]\(([^)\s]+)\)/g)].flatMap(([, link = '']) => trouble(file, link) ?? []),
    )
    expect(wrong).toEqual([])
  })

  it('name no command that package.json does not have', () => {
    const wrong = pages.flatMap(({ file, text }) =>
      inCode(text).flatMap((code) =>
        [...code.matchAll(/\bnpm (run )?([a-z][\w:-]*)/g)]
          .filter(([, run, name = '']) => !(run ? name in scripts : OF_NPM.includes(name)))
          .map(([said]) => `${file}: ${said}`),
      ),
    )
    expect(wrong).toEqual([])
  })

  it("know no machine's folders and no host that packages come from", () => {
    expect(foundIn(/(?<![\w.~$])\/(home|root|Users|work|tmp|var|mnt)\/[\w./-]+/g)).toEqual([])
    expect(
      foundIn(/registry\.[\w-]+\.\w+|npmmirror|pypi\.\w+|[\w.-]+\/simple\b|artifactory|nexus\./gi),
    ).toEqual([])
  })

  it('have pictures that open fast, and no picture that nobody shows', () => {
    const pictures = readdirSync('docs/pictures').map((name) => join('docs/pictures', name))
    expect(pictures.length).toBeLessThanOrEqual(12)
    expect(pictures.filter((it) => statSync(it).size > 150_000)).toEqual([])
    const all = pages.map(({ text }) => text).join('\n')
    expect(pictures.filter((it) => !all.includes(`pictures/${it.split('/').at(-1)}`))).toEqual([])
  })

  it('say of every picture what it shows', () => {
    expect(foundIn(/!\[\]\([^)]*\)/g)).toEqual([])
  })
})

describe('a newcomer', () => {
  it('finds every room of the server in the README', () => {
    const readme = readFileSync('README.md', 'utf8')
    expect(readdirSync('server/modules').filter((room) => !readme.includes(`\n    ${room}/ `))).toEqual([])
  })

  it('finds both commands near the top', () => {
    const top = readFileSync('README.md', 'utf8').split('\n').slice(0, 40).join('\n')
    expect(top).toContain('npm run demo')
    expect(top).toContain('npm test')
  })

  it('finds every room of the contract in the glossary', () => {
    const glossary = readFileSync('docs/glossary.md', 'utf8')
    expect(Object.keys(ROOMS).filter((room) => !glossary.includes(`\n| \`${room}\` `))).toEqual([])
  })

  it('finds every page of the guide from its first page', () => {
    const first = readFileSync('docs/guide/README.md', 'utf8')
    const missing = readdirSync('docs/guide').filter((it) => it !== 'README.md' && !first.includes(`(${it})`))
    expect(missing).toEqual([])
  })
})

describe('the guide', () => {
  const guide = pages.filter(({ file }) => file.startsWith('docs/guide/'))

  it('speaks Chinese: no English words beside file names, no 用户', () => {
    const wrong = guide.flatMap(({ file, text }) => {
      const words = text
        .replace(/\]\([^)]*\)/g, ']')
        .replace(/`[^`]*`/g, '')
        .replace(/\.xlsx?|\.csv/g, '')
      return [...words.matchAll(/[A-Za-z]{2,}|用户/g)].map(([word]) => `${file}: ${word}`)
    })
    expect(wrong.filter((it) => !/: (Excel|PDF|MB|GB)$/.test(it))).toEqual([])
  })
})
