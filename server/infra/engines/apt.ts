import { onPath, run, runs, type Say } from './setup.ts'

/** Installs Debian packages when this person may: as root, or with a sudo that asks no password. */
export async function aptInstall(say: Say, ...packages: string[]): Promise<boolean> {
  const apt = await onPath('apt-get')
  if (!apt) return false
  const root = process.getuid?.() === 0
  const sudo = root ? null : await onPath('sudo')
  if (!root && !(sudo && runs(sudo, '-n', 'true'))) return false

  const call = (...args: string[]) => {
    const all = ['-o', 'DPkg::Lock::Timeout=120', '-o', 'Acquire::Retries=2', '-q', ...args]
    const settings = { seconds: 600, env: { DEBIAN_FRONTEND: 'noninteractive' } }
    return sudo
      ? run(sudo, ['-n', 'DEBIAN_FRONTEND=noninteractive', apt, ...all], settings)
      : run(apt, all, settings)
  }
  say(`  用 apt 安装 ${packages.join('、')}……`)
  await call('update')
  await call('install', '-y', '--no-install-recommends', ...packages)
  return true
}
