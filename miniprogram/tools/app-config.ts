export interface TabItem {
  pagePath: string
  text: string
  iconPath?: string
  selectedIconPath?: string
}

/** The parts of app.json that the tools and the preview read. */
export interface AppConfig {
  pages: string[]
  subPackages?: { root: string; pages: string[] }[]
  subpackages?: AppConfig['subPackages']
  style?: string
  window?: Record<string, unknown>
  tabBar?: {
    color?: string
    selectedColor?: string
    backgroundColor?: string
    borderStyle?: string
    list: TabItem[]
  }
  usingComponents?: Record<string, string>
}

/** The parts of a page's or component's .json that the tools read. */
export interface ComponentConfig {
  component?: boolean
  styleIsolation?: string
  addGlobalClass?: boolean
  usingComponents?: Record<string, string>
  componentGenerics?: Record<string, boolean | { default?: string }>
  [key: string]: unknown
}

/** Sub-packages under one name: app.json may spell the key in two ways. */
export const subPackagesOf = (app: AppConfig) =>
  (app.subPackages ?? app.subpackages ?? []).map(({ root, pages }) => ({
    root: root.replace(/\/$/, ''),
    pages,
  }))

/** Every page of the app, those of the sub-packages with their root. */
export const pagesOf = (app: AppConfig) => [
  ...app.pages,
  ...subPackagesOf(app).flatMap(({ root, pages }) => pages.map((page) => `${root}/${page}`)),
]
