// Only the styles of the Vant components that the pages use. Vant's bundles would add its icon font, which
// is loaded from another host and which no component here needs.
import 'vant/es/style/base.css'
import 'vant/es/loading/index.css'
import 'vant/es/button/index.css'
