"""What to bring to the office, in every language: the one list of voucher, calendar file and pages."""

from collections.abc import Mapping, Sequence

TO_BRING: Mapping[str, Sequence[str]] = {
    "zh-CN": (
        "本凭证（打印件，或在手机上出示）",
        "买方（现机动车所有人）的身份证明原件；单位为营业执照等证明，并加盖公章",
        "二手车销售统一发票等所有权转让凭证",
        "机动车登记证书原件、机动车行驶证",
        "车辆（现场查验）；超过检验有效期的，另带检验合格证明和交强险凭证",
        "代办的，另带代理人身份证明和授权委托书；当地实行指标管理的，另带指标证明",
    ),
    "zh-TW": (
        "本憑證（列印件，或在手機上出示）",
        "買方（現機動車所有人）的身分證明原件；單位為營業執照等證明，並加蓋公章",
        "二手車銷售統一發票等所有權轉讓憑證",
        "機動車登記證書原件、機動車行駛證",
        "車輛（現場查驗）；超過檢驗有效期的，另帶檢驗合格證明和交強險憑證",
        "代辦的，另帶代理人身分證明和授權委託書；當地實行指標管理的，另帶指標證明",
    ),
    "en": (
        "The voucher (printed, or on a phone)",
        "The buyer's identity document; for an organisation its business licence, stamped",
        "The second-hand car sales invoice or another proof of the transfer",
        "The registration certificate and the driving permit of the car",
        "The car, for inspection; if its inspection has expired, also the new certificate and the insurance",
        "For an agent, their identity document and a letter of authority; where quotas apply, the certificate",
    ),
}
