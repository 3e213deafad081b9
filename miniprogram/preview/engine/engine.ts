import * as adapter from 'glass-easel-miniprogram-adapter'
import type { AppBundle, LoadableUnit } from '../app-bundle.ts'
import { WxElement } from '../elements/element.ts'
import { BUILT_IN } from '../../tools/built-in.ts'
import { describe, reportFailure } from '../failures.ts'
import { letTouchesBeCaught, PreviewBackend } from './backend.ts'
import { type TapWatch, wireEvents } from './events.ts'
import { PageIntersectionObserver } from './intersection-observer.ts'
import { SelectorQuery, viewport } from './selector-query.ts'
import { installWxs } from './wxs.ts'

const { glassEasel } = adapter

/** A page or component as its own code sees it: data, setData and its methods. */
export type Instance = adapter.component.GeneralComponent & Record<string, unknown>

export interface Mounted {
  instance: Instance
  component: adapter.glassEasel.GeneralComponent
  release: () => void
}

interface Definition {
  behaviors?: unknown[]
  options?: { styleIsolation?: string; addGlobalClass?: boolean }
}

/** WeChat's built-in behaviours go by name; the adapter takes objects only. */
const FORM_FIELD = 'wx://form-field'
const BEHAVIORS = [
  FORM_FIELD,
  'wx://form-field-button',
  'wx://form-field-group',
  'wx://component-export',
  'wx://proxy-scroll-view',
]

/** Registers the whole app with glass-easel and mounts its pages. */
export function createEngine(bundle: AppBundle, watch: TapWatch) {
  installWxs()
  letTouchesBeCaught()
  const environment = new adapter.MiniProgramEnv()
  const backend = new PreviewBackend()
  wireEvents(backend, watch)
  giveRawAttributes()
  answerQueries()
  glassEasel.addGlobalErrorListener((error, method, component) => {
    reportFailure(
      `${typeof component === 'string' ? component : (component?.is ?? '')} ${method ?? ''}: ${describe(error)}`,
    )
    return false
  })
  const associated = environment.associateBackend(backend)
  const code = environment.createCodeSpace('', true)
  for (const tag of BUILT_IN) code.getComponentSpace().setGlobalUsingComponent(tag, `wx-${tag}`)
  const ready = readyQueue()
  code.setOverallBehavior(ready.behavior(code))
  const behaviors = builtInBehaviors(code)

  code.addStyleSheet('app', undefined)
  for (const unit of bundle.units) register(unit)

  function register({ name, config, scope }: LoadableUnit) {
    code.addComponentStaticConfig(name, config as adapter.types.ComponentStaticConfig)
    const content = bundle.templates[name]
    // `bindtap` without a colon reaches a built-in component as an attribute.
    if (content)
      code.addCompiledTemplate(name, {
        groupList: bundle.templates,
        content,
        fallbackListenerOnNativeNode: true,
      })
    code.addStyleSheet(name, undefined, scope)
  }

  function run(name: string, load: () => unknown) {
    code.componentEnv(name, ({ Page, Component, Behavior }) => {
      const prepare = (definition: Definition) => withBehaviors(definition, behaviors, name)
      Object.assign(globalThis, {
        Page: (it: Definition) => Page(prepare(it) as Parameters<typeof Page>[0]),
        Component: (it: Definition) => Component(prepare(it) as object),
        Behavior: (it: Definition) => Behavior(prepare(it) as object),
      })
      try {
        load()
      } catch (error) {
        // One component that cannot load must not take the others with it.
        reportFailure(`${name}: ${describe(error)}`)
      }
    })
  }

  return {
    load() {
      run('app', bundle.loadApp)
      for (const { name, load } of bundle.units) run(name, load)
    },
    mount(name: string, parent: HTMLElement): Mounted {
      const placeholder = parent.appendChild(document.createElement('span'))
      const root = associated.createRoot('mp-page', code, name)
      root.attach(parent as never, placeholder as never)
      return {
        instance: root.get() as Instance,
        component: root.getComponent(),
        release: () => root.release(),
      }
    },
    flushReady: ready.flush,
  }
}

export type Engine = ReturnType<typeof createEngine>

function builtInBehaviors(code: adapter.CodeSpace) {
  const formField = { properties: { name: String, value: null } }
  return new Map<string, unknown>(
    BEHAVIORS.map((name) => [
      name,
      code
        .behavior()
        .definition(name === FORM_FIELD ? formField : {})
        .register(),
    ]),
  )
}

function withBehaviors(definition: Definition, known: Map<string, unknown>, name: string): Definition {
  const { styleIsolation } = definition.options ?? {}
  if (styleIsolation && !name.startsWith('miniprogram_npm')) {
    throw new Error(`Set styleIsolation in ${name}.json: the preview reads it when it builds the styles`)
  }
  if (!definition.behaviors) return definition
  const behaviors = definition.behaviors.map((it) => {
    if (typeof it !== 'string') return it
    const found = known.get(it)
    if (!found) throw new Error(`Behaviour "${it}" is not in the preview`)
    return found
  })
  return { ...definition, behaviors }
}

/** Attributes of built-in components arrive as they are, not as strings. */
function giveRawAttributes() {
  const prototype = glassEasel.NativeNode.prototype
  prototype.updateAttribute = function (name, value) {
    const element = this.getBackendElement() as unknown
    if (element instanceof WxElement) element.setProp(name, value)
    if (typeof value !== 'object') this.setAttribute(name, value)
  }
}

/** The adapter's queries know no nodes, and its observers skip the first news; ours do not. */
function answerQueries() {
  Object.assign(adapter.component.ComponentCaller.prototype, {
    createSelectorQuery(this: Instance) {
      return new SelectorQuery(this)
    },
    createIntersectionObserver(this: Instance, options: object = {}) {
      return new PageIntersectionObserver(this, options, viewport)
    },
  })
}

/** glass-easel leaves `ready` to its host: after the first layout, children before parents. */
function readyQueue() {
  let waiting: adapter.glassEasel.GeneralComponent[] = []
  const flush = () => {
    const now = waiting.reverse()
    waiting = []
    for (const component of now) component.triggerLifetime('ready', [])
  }
  return {
    flush,
    behavior: (code: adapter.CodeSpace) =>
      code.getComponentSpace().defineBehavior({
        lifetimes: {
          attached() {
            if (waiting.length === 0) setTimeout(flush)
            // The adapter calls lifetimes on the page's own object; the component stands behind it.
            waiting.push((this as unknown as Instance)._$ as adapter.glassEasel.GeneralComponent)
          },
        },
      }) as adapter.glassEasel.GeneralBehavior,
  }
}
