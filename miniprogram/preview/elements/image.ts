import { addressOf } from '../temp-files.ts'
import { ownerOf, shadow, WxElement } from './element.ts'

const FIT: Record<string, string> = {
  aspectFit: 'contain',
  widthFix: 'fill',
  heightFix: 'fill',
  aspectFill: 'cover',
  center: 'none',
}

export class Image extends WxElement {
  #image!: HTMLImageElement

  protected override build() {
    const root = shadow(
      this,
      '<style>img{width:100%;height:100%;display:block;-webkit-user-drag:none}</style><img alt="">',
    )
    this.#image = root.querySelector('img') as HTMLImageElement
    this.#image.addEventListener('load', () => {
      const { naturalWidth: width, naturalHeight: height } = this.#image
      this.fire('load', { width, height })
    })
    this.#image.addEventListener('error', () =>
      this.fire('error', { errMsg: `image ${this.text('src')} not loaded` }),
    )
    this.changed('mode')
    if (this.closest('wx-button,[show-menu-by-longpress]') === null) this.#image.draggable = false
  }

  protected override changed(name: string) {
    if (name === 'src') this.#show(this.text('src'))
    if (name !== 'mode') return
    const mode = this.text('mode', 'scaleToFill')
    this.#image.style.objectFit = FIT[mode] ?? 'fill'
    this.style.height = mode === 'widthFix' ? 'auto' : this.style.height
    this.#image.style.height = mode === 'widthFix' ? 'auto' : '100%'
    this.#image.style.width = mode === 'heightFix' ? 'auto' : '100%'
    if (mode === 'heightFix') this.style.width = 'auto'
  }

  #show(source: string) {
    this.#image.style.visibility = source ? '' : 'hidden'
    if (source) this.#image.src = addressOf(source, ownerOf(this))
    else this.#image.removeAttribute('src')
  }
}
