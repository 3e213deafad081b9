import { cpSync, mkdirSync, rmSync } from 'node:fs'
import path from 'node:path'
import { build, transform } from 'esbuild'
import { compilerOptions } from './compiler-options.ts'
import { filesIn, isFile, readJson, readText, writeText } from './files.ts'
import { inlineIcons } from './icons.ts'
import { copyNpm } from './npm.ts'
import { checkSizes, inKiB, packageSizes } from './sizes.ts'

export interface MiniprogramBuild {
  /** Folder of the sources: app.json, pages, … */
  from: string
  /** Folder that WeChat DevTools opens. */
  to: string
  /** Where the server stands; config.ts exports it. */
  origin: string
  appId?: string
}

const NOT_SHIPPED =
  /^(tools|preview)\/|^tsconfig\.json$|^README\.md$|^project\.config\.json$|\.d\.ts$|\.test\.ts$/

/** Sources → what WeChat gets. Every .ts is compiled by itself; only the contract, with zod/mini, is one bundle. */
export async function buildMiniprogram({ from, to, origin, appId }: MiniprogramBuild) {
  const files = filesIn(from).filter((name) => !NOT_SHIPPED.test(name))
  const scripts = files.filter((name) => name.endsWith('.ts') && name !== 'contract.ts')
  const options = {
    ...compilerOptions,
    define: { __ORIGIN__: JSON.stringify(origin) },
    logLevel: 'error',
  } as const

  rmSync(to, { recursive: true, force: true })
  for (const name of scripts) {
    // Given as text: as a file of our package, a module by its package.json, it would import CommonJS as Node does,
    // where `default` is the whole module.
    const { code } = await transform(readText(path.join(from, name)), {
      ...options,
      loader: 'ts',
      sourcefile: name,
    })
    writeText(path.join(to, name.replace(/\.ts$/, '.js')), code)
  }
  if (files.includes('contract.ts')) {
    await build({
      ...options,
      entryPoints: [path.join(from, 'contract.ts')],
      outfile: path.join(to, 'contract.js'),
      bundle: true,
    })
  }
  for (const name of files.filter((it) => !it.endsWith('.ts'))) {
    mkdirSync(path.dirname(path.join(to, name)), { recursive: true })
    cpSync(path.join(from, name), path.join(to, name))
  }
  writeProject(from, to, appId)
  copyNpm(to)
  inlineIcons(to)

  const sizes = packageSizes(to)
  checkSizes(sizes)
  return sizes
}

function writeProject(from: string, to: string, appId?: string) {
  const project = path.join(from, 'project.config.json')
  if (!isFile(project)) return
  const config = { ...readJson<Record<string, unknown>>(project), ...(appId && { appid: appId }) }
  writeText(path.join(to, 'project.config.json'), `${JSON.stringify(config, null, 2)}\n`)
}

if (import.meta.main) {
  const [from = 'miniprogram', to = 'dist/miniprogram'] = process.argv.slice(2)
  const { MP_ORIGIN: origin = 'http://127.0.0.1:3000', MP_APPID: appId } = process.env
  try {
    for (const { name, bytes } of await buildMiniprogram({ from, to, origin, appId })) {
      process.stdout.write(`${to}: ${name} ${inKiB(bytes)}\n`)
    }
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
    process.exitCode = 1
  }
}
