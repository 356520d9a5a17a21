// The register names provinces in Chinese; here in the other languages.
const NAMES = `
北京市 北京市 Beijing
天津市 天津市 Tianjin
河北省 河北省 Hebei
山西省 山西省 Shanxi
内蒙古自治区 內蒙古自治區 Inner Mongolia
辽宁省 遼寧省 Liaoning
吉林省 吉林省 Jilin
黑龙江省 黑龍江省 Heilongjiang
上海市 上海市 Shanghai
江苏省 江蘇省 Jiangsu
浙江省 浙江省 Zhejiang
安徽省 安徽省 Anhui
福建省 福建省 Fujian
江西省 江西省 Jiangxi
山东省 山東省 Shandong
河南省 河南省 Henan
湖北省 湖北省 Hubei
湖南省 湖南省 Hunan
广东省 廣東省 Guangdong
广西壮族自治区 廣西壯族自治區 Guangxi
海南省 海南省 Hainan
重庆市 重慶市 Chongqing
四川省 四川省 Sichuan
贵州省 貴州省 Guizhou
云南省 雲南省 Yunnan
西藏自治区 西藏自治區 Tibet
陕西省 陝西省 Shaanxi
甘肃省 甘肅省 Gansu
青海省 青海省 Qinghai
宁夏回族自治区 寧夏回族自治區 Ningxia
新疆维吾尔自治区 新疆維吾爾自治區 Xinjiang
`
const ROWS = new Map(
  NAMES.trim().split('\n').map((line) => {
    const [name = '', traditional = '', ...english] = line.split(' ')
    return [name, new Map([['zh-TW', traditional], ['en', english.join(' ')]])] as const
  }),
)

/** A province in the reader's language. */
export const provinceName = (name: string, language: string): string => ROWS.get(name)?.get(language) ?? name
