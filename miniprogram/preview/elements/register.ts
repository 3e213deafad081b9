import { BUILT_IN } from '../../tools/built-in.ts'
import { Button } from './button.ts'
import { Canvas } from './canvas.ts'
import { Checkbox, CheckboxGroup, Radio, RadioGroup, Switch } from './choices.ts'
import type { WxElement } from './element.ts'
import { Form } from './form.ts'
import { Image } from './image.ts'
import { Input, Textarea } from './input.ts'
import { Icon, Progress, Slider } from './measures.ts'
import { PickerView } from './picker-view.ts'
import { Picker } from './picker.ts'
import { Label, Navigator, Plain } from './plain.ts'
import { RichText } from './rich-text.ts'
import { ScrollView } from './scroll-view.ts'
import { Swiper } from './swiper.ts'
import { Video } from './video.ts'

const ELEMENTS: Record<string, new () => WxElement> = {
  button: Button,
  canvas: Canvas,
  checkbox: Checkbox,
  'checkbox-group': CheckboxGroup,
  'cover-image': Image,
  form: Form,
  icon: Icon,
  image: Image,
  input: Input,
  label: Label,
  navigator: Navigator,
  picker: Picker,
  'picker-view': PickerView,
  progress: Progress,
  radio: Radio,
  'radio-group': RadioGroup,
  'rich-text': RichText,
  'scroll-view': ScrollView,
  slider: Slider,
  swiper: Swiper,
  switch: Switch,
  textarea: Textarea,
  video: Video,
}

/** Defines `wx-view`, `wx-button`, …; a class may be defined once, so each tag gets its own. */
export function defineElements() {
  for (const tag of BUILT_IN) {
    const Base = ELEMENTS[tag] ?? Plain
    customElements.define(`wx-${tag}`, class extends Base {})
  }
  showPresses()
}

/** hover-class: what is pressed looks pressed. */
function showPresses() {
  addEventListener(
    'pointerdown',
    ({ target }) => {
      const element = target instanceof Element ? target.closest<WxElement>('[hover-class]') : null
      const names = element?.text('hoverClass') ?? ''
      const node = (
        element as
          (Element & { __wxElement?: { toggleNodeClass: (names: string, on: boolean) => void } }) | null
      )?.__wxElement
      if (!node || !names || names === 'none') return
      const set = (on: boolean) => names.split(/\s+/).forEach((name) => node.toggleNodeClass(name, on))
      const start = setTimeout(() => set(true), 20)
      const stop = () => {
        clearTimeout(start)
        setTimeout(() => set(false), 70)
      }
      addEventListener('pointerup', stop, { once: true })
      addEventListener('pointercancel', stop, { once: true })
    },
    true,
  )
}
