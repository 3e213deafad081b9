import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, normalize, relative } from 'node:path'
import { describe, expect, it } from 'vitest'

const FILES_OF_A_ROOM = [
  'routes.ts',
  'policy.ts',
  'service.ts',
  'rules.ts',
  'model.ts',
  'present.ts',
  'jobs.ts',
]
const DOORS_OF_A_ROOM = ['service.ts', 'policy.ts']
const TOP_LEVEL = [
  'server',
  'miniprogram',
  'admin-web',
  'content',
  'tests',
  'docs',
  'package.json',
  'package-lock.json',
  'tsconfig.json',
  'README.md',
  'LICENSE',
]
/** Made on a contributor's machine and never committed. */
const LOCAL = ['node_modules', 'dist']

const modules = 'server/modules'
const files = listed(modules)
const lines = (file: string) => readFileSync(file, 'utf8').split('\n').length

function listed(folder: string) {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(ts|vue)$/.test(name) && !name.endsWith('.d.ts'))
    .map((name) => join(folder, name))
}

interface Import {
  file: string
  target: string
  isType: boolean
}

/** What a file imports from its own project, as paths from the root. */
const importsOf = (file: string): Import[] =>
  [...readFileSync(file, 'utf8').matchAll(/(import|export)( type)? [^;']*?from '(\.[^']*)'/g)].map(
    ([, , type, target = '']) => ({
      file,
      target: normalize(join(dirname(file), target)),
      isType: Boolean(type),
    }),
  )

/** The room a file of `server/modules` belongs to. */
const roomOf = (file: string) => relative(modules, file).split('/')[0] ?? ''

const crossings = files
  .flatMap(importsOf)
  .filter(({ file, target }) => target.startsWith(modules) && roomOf(file) !== roomOf(target))

describe('rooms of the server', () => {
  it('names every file of a room from the closed list', () => {
    expect(files.filter((file) => !FILES_OF_A_ROOM.includes(file.split('/').at(-1) ?? ''))).toEqual([])
  })

  it('enters another room by its doors only; rules are pure and types are free', () => {
    const wrong = crossings.filter(
      ({ target, isType }) =>
        !isType && ![...DOORS_OF_A_ROOM, 'rules.ts'].includes(target.split('/').at(-1) ?? ''),
    )
    expect(wrong.map(({ file, target }) => `${file} → ${target}`)).toEqual([])
  })

  it('lets nobody into the room of care', () => {
    expect(crossings.filter(({ target }) => roomOf(target) === 'care')).toEqual([])
  })

  it('keeps every file short enough to read at one sitting', () => {
    expect(files.filter((file) => lines(file) > 300)).toEqual([])
  })

  it('keeps rules pure: no database, no clock, no network', () => {
    const wrong = files
      .filter((file) => file.endsWith('rules.ts'))
      .filter((file) => /from 'mongoose'|new Date\(\)|Date\.now\(\)|fetch\(/.test(readFileSync(file, 'utf8')))
    expect(wrong).toEqual([])
  })
})

it('mounts every room and runs its jobs', () => {
  const app = readFileSync('server/app.ts', 'utf8')
  const jobs = readFileSync('server/jobs.ts', 'utf8')
  const lost = files.flatMap((file) => {
    const by = file.endsWith('/routes.ts') ? app : file.endsWith('/jobs.ts') ? jobs : ''
    const made = [...readFileSync(file, 'utf8').matchAll(/export function (\w+(?:Routes|Pages|Jobs))\(/g)]
    return by === '' ? [] : made.map(([, name = '']) => name).filter((name) => by.split(name).length < 3)
  })
  expect(lost).toEqual([])
})

describe('the whole project', () => {
  it('has the top level that was agreed, and dotfiles', () => {
    const names = readdirSync('.').filter((name) => !name.startsWith('.'))
    expect(names.filter((name) => ![...TOP_LEVEL, ...LOCAL].includes(name))).toEqual([])
  })

  it('has no drawer for everything', () => {
    const folders = ['server', 'miniprogram', 'admin-web/src', 'content', 'tests'].filter((it) =>
      existsSync(it),
    )
    const all = folders.flatMap(listed)
    expect(all.filter((file) => /\/(index|utils|helpers|common|misc)\.ts$/.test(file))).toEqual([])
  })

  it('reads the environment in one place', () => {
    const wrong = listed('server')
      .filter((file) => !/^server\/(env|main)\.ts$|^server\/(scripts|infra\/engines)\//.test(file))
      .filter((file) => readFileSync(file, 'utf8').includes('process.env'))
    expect(wrong).toEqual([])
  })

  it('skips no test and leaves nothing for later', () => {
    const wrong = ['server', 'miniprogram', 'admin-web/src', 'tests']
      .flatMap(listed)
      .filter((file) => file !== 'tests/architecture/rooms.test.ts')
      .filter((file) =>
        /\b(it|test|describe)\.(skip|only|todo|fails)\b|\bTODO\b|\bFIXME\b/.test(readFileSync(file, 'utf8')),
      )
    expect(wrong).toEqual([])
  })
})
