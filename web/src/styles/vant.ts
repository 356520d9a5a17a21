// Only the styles of the Vant components that the pages use. Vant's own bundles would bring its icon font, which
// names a foreign host and which no component here needs.
import 'vant/es/style/base.css'
import 'vant/es/loading/index.css'
import 'vant/es/button/index.css'
