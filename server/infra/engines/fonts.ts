import { spawnSync } from 'node:child_process'
import { cp, mkdir } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { homedir, platform } from 'node:os'
import { dirname, join } from 'node:path'
import { aptInstall } from './apt.ts'
import { firstOf, onPath, run, type Say, SetupError } from './setup.ts'

/** Sees to it that the browser can draw Chinese; without a font every character is an empty box. */
export async function ensureChineseFont(say: Say): Promise<void> {
  if (platform() !== 'linux') return
  const there = async () => ((await speaksChinese()) ? 'there' : null)
  const found = await firstOf(
    [
      there,
      async () => ((await aptInstall(say, 'fontconfig', 'fonts-noto-cjk')) ? there() : null),
      async () => ((await copyOurs(say)) ? there() : null),
    ],
    say,
  )
  if (!found) throw new SetupError('没有中文字体：请安装 fonts-noto-cjk 后重试。')
}

async function speaksChinese() {
  const list = await onPath('fc-list')
  if (!list) return false
  const { stdout } = spawnSync(list, [':lang=zh', 'family'], { encoding: 'utf8', timeout: 20_000 })
  return Boolean(stdout?.trim())
}

/** Who may not install packages gets the font we print certificates with, in a folder of their own. */
async function copyOurs(say: Say) {
  const list = await onPath('fc-cache')
  if (!list) return false
  say('  把自带的思源黑体放进个人字体目录……')
  const from = dirname(createRequire(import.meta.url).resolve('@expo-google-fonts/noto-sans-sc/package.json'))
  const to = join(process.env.XDG_DATA_HOME || join(homedir(), '.local', 'share'), 'fonts', 'jiaxiao')
  await mkdir(to, { recursive: true })
  for (const weight of ['400Regular', '700Bold']) {
    const file = `NotoSansSC_${weight}.ttf`
    await cp(join(from, weight, file), join(to, file))
  }
  await run(list, ['-f', to], { seconds: 60 })
  return true
}
