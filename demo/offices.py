"""The demo's vehicle offices: real cities and prefixes, made-up street numbers; coordinates of the cities' centres."""

from collections.abc import Mapping
from dataclasses import dataclass

from domain.coordinates import Coordinates

MAIN_OFFICE = "440300"


@dataclass(frozen=True)
class DemoOffice:
    """An office of the demo. `release` names its recipe in `demo.releases`."""

    code: str
    name: str
    names: Mapping[str, str]
    province: str
    prefixes: tuple[str, ...]
    address: str
    release: str
    coordinates: Coordinates
    demands_quota: bool = False


# Code, city in English, authority, province, prefixes, address, recipe, latitude and longitude.
# A star at the recipe marks a city that requires a quota (指标).
_TABLE = """
110000 Beijing 北京市公安局公安交通管理局 北京市 京N,京Q 北京市朝阳区南四环东路18号 wide* 39.90,116.41
120000 Tianjin 天津市公安局交通管理局 天津市 津N 天津市南开区密云路26号 mixed* 39.08,117.20
130100 Shijiazhuang 石家庄市公安局交通管理局 河北省 冀A 石家庄市裕华区槐安东路163号 young 38.04,114.51
140100 Taiyuan 太原市公安局交通警察支队 山西省 晋A 太原市万柏林区和平北路72号 late 37.87,112.55
150100 Hohhot 呼和浩特市公安局交通管理支队 内蒙古自治区 蒙A 呼和浩特市赛罕区昭乌达路88号 mixed 40.84,111.75
210100 Shenyang 沈阳市公安局交通警察局 辽宁省 辽A 沈阳市于洪区黄河南大街76号 wide 41.81,123.43
210200 Dalian 大连市公安局交通警察支队 辽宁省 辽B 大连市甘井子区华北路361号 young 38.91,121.61
220100 Changchun 长春市公安局交通警察支队 吉林省 吉A 长春市二道区洋浦大街19号 late 43.82,125.32
230100 Harbin 哈尔滨市公安局交通警察支队 黑龙江省 黑A,黑L 哈尔滨市道里区城乡路208号 mixed 45.80,126.54
310000 Shanghai 上海市公安局交通警察总队 上海市 沪C 上海市闵行区沪青平公路179号 wide* 31.23,121.47
320100 Nanjing 南京市公安局交通管理局 江苏省 苏A 南京市玄武区花园路15号 young 32.06,118.80
320500 Suzhou 苏州市公安局交通警察支队 江苏省 苏E,苏U 苏州市高新区金山东路66号 mixed 31.30,120.59
330100 Hangzhou 杭州市公安局交通警察局 浙江省 浙A 杭州市西湖区古墩路701号 wide* 30.27,120.16
330200 Ningbo 宁波市公安局交通警察局 浙江省 浙B 宁波市江北区庄桥街道环城北路东段268号 late 29.87,121.54
340100 Hefei 合肥市公安局交通警察支队 安徽省 皖A 合肥市包河区徽州大道1216号 young 31.82,117.23
350100 Fuzhou 福州市公安局交通警察支队 福建省 闽A 福州市晋安区福飞北路175号 mixed 26.07,119.30
350200 Xiamen 厦门市公安局交通警察支队 福建省 闽D 厦门市集美区后溪镇环珠路52号 wide 24.48,118.09
360100 Nanchang 南昌市公安局交通管理局 江西省 赣A 南昌市青云谱区昌南大道338号 late 28.68,115.86
370100 Jinan 济南市公安局交通警察支队 山东省 鲁A,鲁S 济南市天桥区无影山中路97号 young 36.65,117.12
370200 Qingdao 青岛市公安局交通警察支队 山东省 鲁B 青岛市市北区重庆南路123号 mixed 36.07,120.38
410100 Zhengzhou 郑州市公安局交通警察支队 河南省 豫A 郑州市中原区西站路59号 wide 34.75,113.63
420100 Wuhan 武汉市公安局交通管理局 湖北省 鄂A 武汉市洪山区白沙洲大道41号 young 30.59,114.31
430100 Changsha 长沙市公安局交通警察支队 湖南省 湘A 长沙市岳麓区枫林三路283号 late 28.23,112.94
440100 Guangzhou 广州市公安局交通警察支队 广东省 粤A 广州市白云区黄石北路168号 mixed* 23.13,113.26
440300 Shenzhen 深圳市公安局交通警察局 广东省 粤B 深圳市南山区西丽街道龙井路33号 wide* 22.54,114.06
440600 Foshan 佛山市公安局交通警察支队 广东省 粤E,粤X 佛山市禅城区南庄大道西27号 young 23.02,113.12
441900 Dongguan 东莞市公安局交通警察支队 广东省 粤S 东莞市东城街道莞龙路216号 late 23.02,113.75
450100 Nanning 南宁市公安局交通警察支队 广西壮族自治区 桂A 南宁市西乡塘区安吉大道45号 mixed 22.82,108.37
460100 Haikou 海口市公安局交通警察支队 海南省 琼A 海口市秀英区海榆中线32号 wide* 20.04,110.20
500000 Chongqing 重庆市公安局交通管理总队 重庆市 渝D 重庆市渝北区金石大道311号 young 29.56,106.55
510100 Chengdu 成都市公安局交通管理局 四川省 川A,川G 成都市新都区蓉都大道南二段58号 mixed 30.57,104.07
520100 Guiyang 贵阳市公安局交通管理局 贵州省 贵A 贵阳市观山湖区石标路77号 late 26.65,106.63
530100 Kunming 昆明市公安局交通警察支队 云南省 云A 昆明市官渡区彩云北路412号 wide 25.04,102.72
540100 Lhasa 拉萨市公安局交通警察支队 西藏自治区 藏A 拉萨市城关区纳金路9号 young 29.65,91.10
610100 Xi'an 西安市公安局交通管理局 陕西省 陕A 西安市灞桥区东三环北段121号 mixed 34.34,108.94
620100 Lanzhou 兰州市公安局交通警察支队 甘肃省 甘A 兰州市七里河区西津西路533号 late 36.06,103.83
630100 Xining 西宁市公安局交通警察支队 青海省 青A 西宁市城北区朝阳西路24号 young 36.62,101.78
640100 Yinchuan 银川市公安局交通警察分局 宁夏回族自治区 宁A 银川市兴庆区丽景南街186号 wide 38.49,106.23
650100 Ürümqi 乌鲁木齐市公安局交通警察支队 新疆维吾尔自治区 新A 乌鲁木齐市沙依巴克区西山路99号 late 43.83,87.62
"""

# The characters of the offices' names that differ in traditional script.
_TRADITIONAL = str.maketrans(
    "车辆总队庄阳连长尔滨苏宁门厦济岛郑汉沙广东庆贵萨兰银乌鲁齐沈",
    "車輛總隊莊陽連長爾濱蘇寧門廈濟島鄭漢沙廣東慶貴薩蘭銀烏魯齊瀋",
)


def _office(line: str) -> DemoOffice:
    code, city, authority, province, prefixes, address, release, place = line.split()
    return DemoOffice(
        code=code,
        name=(name := f"{authority}车辆管理所"),
        names={"zh-TW": name.translate(_TRADITIONAL), "en": f"{city} Vehicle Management Office"},
        province=province,
        prefixes=tuple(prefixes.split(",")),
        address=address,
        release=release.removesuffix("*"),
        coordinates=Coordinates(*map(float, place.split(","))),
        demands_quota=release.endswith("*"),
    )


OFFICES: tuple[DemoOffice, ...] = tuple(_office(line) for line in _TABLE.split("\n") if line)
