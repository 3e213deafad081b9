import type { glassEasel } from 'glass-easel-miniprogram-adapter'
import type { AppConfig, ComponentConfig } from '../tools/app-config.ts'

/** One page or component as the bundler hands it over; `load` runs its script, which calls Page() or Component(). */
export interface LoadableUnit {
  name: string
  config: ComponentConfig
  isPage: boolean
  scope?: string
  load: () => unknown
}

/** The whole built mini-program, as `compile/bundle.ts` writes it into app.js. */
export interface AppBundle {
  app: AppConfig
  /** Images inside the package, by path. Any other absolute path is the server's. */
  images: string[]
  templates: Record<string, glassEasel.template.ComponentTemplate['content']>
  loadApp: () => unknown
  units: LoadableUnit[]
}
