"""The words of timestamps that the CLDR does not have, or that Babel does not give out: data only.

Every list is one string, its words separated by white space; an underscore stands for a space in a phrase.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

Unit = Literal["second", "minute", "hour", "day", "week", "month", "year"]
Half = Literal["am", "pm"]

UNIT_SECONDS: Mapping[Unit, int] = {
    "second": 1,
    "minute": 60,
    "hour": 3_600,
    "day": 86_400,
    "week": 604_800,
    "month": 2_592_000,
    "year": 31_536_000,
}


def listed(words: str) -> tuple[str, ...]:
    """Return the words and phrases of a list."""
    return tuple(word.replace("_", " ") for word in words.split())


_TODAY = """
today heute aujourd'hui hoy oggi hoje vandaag dzisiaj dziś сегодня 今日 今天 きょう 오늘 bugün اليوم
dnes idag i_dag tänään σήμερα сьогодні astăzi azi היום امروز hari_ini hôm_nay วันนี้ avui днес danes
täna hoxe आज ngayon
"""
_YESTERDAY = """
yesterday gestern hier ayer ieri ontem gisteren wczoraj вчера 昨日 昨天 きのう 어제 dün أمس امس البارحة
včera igår i_går eilen tegnap χθες χτες вчора учора אתמול دیروز kemarin hôm_qua เมื่อวานนี้ เมื่อวาน
ahir včeraj eile onte kahapon
"""
_TWO_DAYS_AGO = """
vorgestern avant-hier anteayer antier l'altro_ieri anteontem eergisteren przedwczoraj позавчера
一昨日 おととい 前天 그저께 그제 evvelsi_gün أول_أمس předevčírem i_förrgår i_forgårs toissapäivänä
tegnapelőtt προχθές позавчора alaltăieri שלשום پریروز hôm_kia abans-d'ahir завчера
"""
DAY_WORDS: Mapping[str, int] = {
    word: days for days, words in enumerate((_TODAY, _YESTERDAY, _TWO_DAYS_AGO)) for word in listed(words)
}

# The weekdays of two letters that are read: among all languages nearly every pair of letters is one.
SHORT_DAYS = listed("""
mo di mi do fr sa so lu ma me je ve wo vr zo za śr pt nd пн вт ср чт пт сб вс нд
""")

# What English sites write, before "ago" or without it.
SHORT_UNITS: Mapping[str, Unit] = {
    **dict.fromkeys(("s", "sec", "secs"), "second"),
    **dict.fromkeys(("m", "min", "mins"), "minute"),
    **dict.fromkeys(("h", "hr", "hrs"), "hour"),
    **dict.fromkeys(("d",), "day"),
    **dict.fromkeys(("w", "wk", "wks"), "week"),
    **dict.fromkeys(("mo", "mos"), "month"),
    **dict.fromkeys(("y", "yr", "yrs"), "year"),
}

JUST_NOW = listed("""
just_now a_moment_ago moments_ago a_few_seconds_ago a_few_moments_ago
gerade_eben soeben eben_gerade vor_wenigen_sekunden vor_ein_paar_sekunden vor_weniger_als_einer_minute
à_l'instant il_y_a_quelques_secondes il_y_a_un_instant il_y_a_quelques_instants
ahora_mismo hace_un_momento hace_unos_segundos hace_unos_instantes hace_instantes
proprio_ora pochi_secondi_fa poco_fa agora_mesmo há_alguns_segundos há_instantes
zojuist zonet przed_chwilą kilka_sekund_temu только_что たった今 刚刚 剛剛 刚才 剛才 방금_전 방금
az_önce şimdi biraz_önce الآن قبل_لحظات منذ_لحظات právě_teď před_chvílí just_nu nyss lige_nu akkurat_nå
juuri_nyt éppen_most μόλις_τώρα щойно chiar_acum עכשיו הרגע هم_اکنون لحظاتی_پیش baru_saja vừa_xong
เมื่อสักครู่ ara_mateix
""")

# One of a unit, said with an article or with none.
_ONE_OF: Mapping[Unit, str] = {
    "second": "vor_einer_sekunde",
    "minute": """vor_einer_minute il_y_a_une_minute hace_un_minuto un_minuto_fa há_um_minuto minutę_temu
        een_minuut_geleden минуту_назад""",
    "hour": """vor_einer_stunde il_y_a_une_heure hace_una_hora un'ora_fa há_uma_hora een_uur_geleden
        godzinę_temu час_назад bir_saat_önce""",
    "day": """vor_einem_tag il_y_a_un_jour hace_un_día un_giorno_fa há_um_dia een_dag_geleden день_назад
        bir_gün_önce""",
    "week": """vor_einer_woche il_y_a_une_semaine hace_una_semana una_settimana_fa há_uma_semana
        een_week_geleden tydzień_temu неделю_назад bir_hafta_önce""",
    "month": """vor_einem_monat il_y_a_un_mois hace_un_mes un_mese_fa há_um_mês een_maand_geleden
        miesiąc_temu месяц_назад bir_ay_önce""",
    "year": """vor_einem_jahr il_y_a_un_an hace_un_año un_anno_fa há_um_ano een_jaar_geleden rok_temu
        год_назад bir_yıl_önce""",
}
ONE_AGO: Mapping[str, tuple[int, Unit]] = {
    "half an hour ago": (30, "minute"),
    **{said: (1, unit) for unit, words in _ONE_OF.items() for said in listed(words)},
}

# Ways of saying "ago" beside those of the CLDR: the language, what stands before the number, what behind.
MORE_AGO: tuple[tuple[str, str, str], ...] = (
    ("de", "vor", ""),
    ("nl", "", " geleden"),
    ("pt", "há", ""),
    ("fr", "", " plus tôt"),
    ("es", "", " atrás"),
    ("pt", "", " atrás"),
    ("ja", "約", "前"),
    ("tr", "", " evvel"),
    ("ar", "منذ", ""),
    ("fa", "", " قبل"),
    ("sv", "", " sen"),
    ("sv", "", " sedan"),
    ("da", "", " siden"),
    ("nb", "", " siden"),
    ("el", "πριν", ""),
    ("uk", "", " тому назад"),
    ("th", "", "ที่แล้ว"),
)

# Parts of the day, and the half that each lies in.
DAY_PARTS: Mapping[str, Half] = {
    **dict.fromkeys(listed("早上 清晨 凌晨 早晨 새벽 아침 午前 上午 오전 صباحا صباحًا صباحاً πμ"), "am"),
    **dict.fromkeys(listed("中午 傍晚 晚上 夜晚 夜里 저녁 밤 午後 下午 오후 مساء مساءً مساءا μμ"), "pm"),
}

# Words between a date and its time, and between a year and its time ("2024 г. в 20:41").
JOINING_WORDS = listed("""
at on the from about around t um am den gegen le à el a il la las los les a_las a_la a_les alle ore alle_ore
dalle circa às as em das om op o godz dnia roku r г год в р о saat в klo klokken kl tid kell ob v u ve
ora orele στις pukul jam lúc เวลา בשעה ساعت الساعة في noong
""")
