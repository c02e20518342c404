"""Languages the corpus speaks, and the words it says in them.

Each language has a short list of everyday words; texts are drawn from them at random, so a text
is a stream of plausible syllables and not a sentence to be understood. English also gets whole
sentences put together from parts. The synthesiser reads each word by the spelling rules of its
language, which is what makes the sounds of the languages differ.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Language:
    """One language: its espeak-ng name, its words, and whether training may see it."""

    name: str
    words: tuple[str, ...]
    held_out: bool = False


_ENGLISH = (
    "river window garden morning paper yellow little winter basket people answer shoulder under"
    " coffee market letter silver music other summer bridge water house green children village"
    " often slowly never heavy street cloud kitchen mountain train bread open quiet round"
)

_WORDS: dict[str, str] = {
    "en-us": _ENGLISH,
    "en": _ENGLISH,
    "en-gb-scotland": _ENGLISH,
    "en-gb-x-rp": _ENGLISH,
    "de": "der alte Fischer zählt am Abend die Schiffe Wasser Garten Brücke schöner Morgen langsam"
    " Küche Bäume niemand Straße Vögel kleine Häuser heute zwischen Fenster Mädchen leise Brot",
    "fr": "la petite maison derrière le pont un oiseau chante matin jardin toujours fenêtre eau"
    " quelque lumière bonjour village enfants rue demain heureux cuisine pain vieux bateau neige",
    "es": "la casa pequeña detrás del puente un pájaro canta mañana jardín siempre ventana agua"
    " lluvia pueblo niños calle alegre cocina pan viejo barco nieve camino verde tarde amigo",
    "es-419": "nosotros caminamos hacia el mercado temprano luz árbol cerro lluvia camino perro"
    " guitarra naranja hermano siempre cielo despacio playa mesa tierra flores noche",
    "it": "la piccola casa dietro il ponte un uccello canta mattina giardino sempre finestra acqua"
    " pioggia villaggio bambini strada allegro cucina pane vecchio barca neve cammino verde",
    "pt": "a casa pequena atrás da ponte um pássaro canta manhã jardim sempre janela água chuva"
    " aldeia crianças rua feliz cozinha pão velho barco neve caminho verde coração",
    "pt-br": "o menino correu até a praia ontem cedo amigo estrela noite violão cachorro sorriso"
    " laranja cidade longe trabalho música irmão chuva mesa verão flores",
    "nl": "de oude visser telt elke avond de schepen water tuin brug mooie morgen langzaam keuken"
    " bomen niemand straat vogels kleine huizen vandaag tussen venster meisje brood",
    "af": "die ou visser tel elke aand die skepe water tuin brug mooi môre stadig kombuis bome"
    " niemand straat voëls klein huise vandag tussen venster meisie brood",
    "sv": "den gamla fiskaren räknar båtarna varje kväll vatten trädgård bro vacker morgon sakta"
    " kök ingen gata fåglar små hus idag mellan fönster flicka bröd sjö",
    "nb": "den gamle fiskeren teller båtene hver kveld vann hage bro vakker morgen sakte kjøkken"
    " ingen gate fugler små hus i dag mellom vindu jente brød fjell",
    "da": "den gamle fisker tæller bådene hver aften vand have bro smuk morgen langsomt køkken"
    " ingen gade fugle små huse i dag mellem vindue pige brød sø",
    "is": "gamli maðurinn telur bátana á kvöldin vatn garður brú fallegur morgunn hægt eldhús"
    " enginn gata fuglar lítið hús í dag gluggi stúlka brauð fjall",
    "pl": "stary rybak liczy wieczorem łodzie woda ogród most piękny poranek powoli kuchnia drzewa"
    " nikt ulica ptaki małe domy dzisiaj między okno dziewczyna chleb śnieg",
    "cs": "starý rybář počítá večer lodě voda zahrada most krásné ráno pomalu kuchyně stromy nikdo"
    " ulice ptáci malé domy dnes mezi okno dívka chléb sníh řeka",
    "sk": "starý rybár počíta večer lode voda záhrada most krásne ráno pomaly kuchyňa stromy nikto"
    " ulica vtáky malé domy dnes medzi okno dievča chlieb sneh rieka",
    "sl": "stari ribič zvečer šteje ladje voda vrt most lepo jutro počasi kuhinja drevesa nihče"
    " ulica ptice majhne hiše danes med okno dekle kruh sneg reka",
    "hr": "stari ribar navečer broji brodove voda vrt most lijepo jutro polako kuhinja drveće nitko"
    " ulica ptice male kuće danas između prozor djevojka kruh snijeg",
    "ru": "старый рыбак считает вечером лодки вода сад мост красивое утро медленно кухня деревья"
    " никто улица птицы маленькие дома сегодня между окно девочка хлеб снег",
    "uk": "старий рибалка рахує ввечері човни вода сад міст гарний ранок повільно кухня дерева"
    " ніхто вулиця птахи маленькі будинки сьогодні між вікно дівчина хліб сніг",
    "bg": "старият рибар брои вечер лодките вода градина мост красива сутрин бавно кухня дървета"
    " никой улица птици малки къщи днес между прозорец момиче хляб сняг",
    "el": "ο γέρος ψαράς μετράει το βράδυ τις βάρκες νερό κήπος γέφυρα όμορφο πρωί αργά κουζίνα"
    " δέντρα κανείς δρόμος πουλιά μικρά σπίτια σήμερα παράθυρο κορίτσι ψωμί",
    "ro": "bătrânul pescar numără seara bărcile apă grădină pod frumoasă dimineață încet bucătărie"
    " copaci nimeni stradă păsări mici case astăzi între fereastră fată pâine",
    "ca": "la casa petita darrere el pont un ocell canta matí jardí sempre finestra aigua pluja"
    " poble nens carrer alegre cuina pa vell vaixell neu camí verd",
    "lt": "senas žvejys vakare skaičiuoja laivus vanduo sodas tiltas gražus rytas lėtai virtuvė"
    " medžiai niekas gatvė paukščiai maži namai šiandien tarp langas duona",
    "lv": "vecais zvejnieks vakarā skaita laivas ūdens dārzs tilts skaists rīts lēnām virtuve koki"
    " neviens iela putni mazas mājas šodien starp logs maize",
    "fi": "vanha kalastaja laskee illalla veneet vesi puutarha silta kaunis aamu hitaasti keittiö"
    " puut kukaan katu linnut pienet talot tänään välissä ikkuna tyttö leipä",
    "et": "vana kalur loeb õhtul paate vesi aed sild ilus hommik aeglaselt köök puud keegi tänav"
    " linnud väikesed majad täna vahel aken tüdruk leib jõgi",
    "tr": "yaşlı balıkçı akşam gemileri sayıyor su bahçe köprü güzel sabah yavaşça mutfak ağaçlar"
    " kimse sokak kuşlar küçük evler bugün arasında pencere kız ekmek",
    "id": "nelayan tua menghitung perahu setiap malam air kebun jembatan pagi indah perlahan dapur"
    " pohon tidak jalan burung rumah kecil hari ini antara jendela gadis roti",
    "hi": "बूढ़ा मछुआरा शाम को नाव गिनता है पानी बगीचा पुल सुंदर सुबह धीरे रसोई पेड़ कोई सड़क पक्षी"
    " छोटा घर आज बीच खिड़की लड़की रोटी नदी",
    "bn": "বুড়ো জেলে সন্ধ্যায় নৌকা গোনে জল বাগান সেতু সুন্দর সকাল ধীরে রান্নাঘর গাছ কেউ রাস্তা"
    " পাখি ছোট বাড়ি আজ মাঝে জানালা মেয়ে রুটি নদী",
    "ar": "الصياد القديم يعد القوارب في المساء ماء حديقة جسر صباح جميل ببطء مطبخ أشجار لا أحد"
    " شارع طيور صغيرة بيوت اليوم بين نافذة بنت خبز نهر",
    "ko": "늙은 어부가 저녁마다 배를 센다 물 정원 다리 아름다운 아침 천천히 부엌 나무 아무도"
    " 거리 새 작은 집 오늘 사이 창문 소녀 빵 강",
    "ja": "としおいた りょうしは よるに ふねを かぞえる みず にわ はし うつくしい あさ ゆっくり"
    " だいどころ もりの なか みち ことり ちいさな いえ きょう まど こども パン かわ",
    "eo": "la maljuna fiŝisto kalkulas vespere la boatojn akvo ĝardeno ponto bela mateno malrapide"
    " kuirejo arboj neniu strato birdoj malgrandaj domoj hodiaŭ inter fenestro pano",
    "cy": "mae'r hen bysgotwr yn cyfri'r cychod gyda'r nos dŵr gardd pont bore hardd yn araf cegin"
    " coed neb stryd adar tai bach heddiw rhwng ffenestr merch bara",
    "be": "стары рыбак лічыць вечарам лодкі вада сад мост прыгожая раніца павольна кухня дрэвы"
    " ніхто вуліца птушкі маленькія дамы сёння паміж акно дзяўчынка хлеб рака",
    "mk": "стариот рибар ги брои бродовите навечер вода градина мост убаво утро полека кујна"
    " дрвја никој улица птици мали куќи денес меѓу прозорец девојче леб река",
    "sr": "стари рибар увече броји чамце вода башта мост лепо јутро полако кухиња дрвеће нико"
    " улица птице мале куће данас између прозор девојчица хлеб река",
    "sq": "peshkatari plak numëron varkat çdo mbrëmje ujë kopsht urë mëngjes bukur ngadalë"
    " kuzhinë pemë askush rrugë zogj shtëpi vogla sot midis dritare vajzë bukë lumë",
    "ms": "nelayan tua mengira perahu setiap petang air kebun jambatan pagi indah perlahan dapur"
    " pokok tiada siapa jalan burung rumah kecil hari ini antara tingkap gadis roti",
    "la": "senex piscator vespere naves numerat aqua hortus pons mane pulchrum lente culina"
    " arbores nemo via aves parvae domus hodie inter fenestra puella panis flumen",
    "ga": "an seaniascaire ag comhaireamh na mbád gach tráthnóna uisce gairdín droichead maidin"
    " álainn go mall cistin crainn duine sráid éin tithe beaga inniu idir fuinneog cailín arán",
    "mi": "te kaihao koroua ia ahiahi tatau waka wai māra piriti ata ātaahua pōturi kīhini rākau"
    " tangata huarahi manu whare iti ināianei waenganui matapihi kōtiro parāoa awa",
    "lb": "den ale Fëscher zielt all Owend d'Schëffer Waasser Gaart Bréck schéine Moien lues"
    " Kichen Beem keen Strooss Vullen kleng Haiser haut tëscht Fënster Meedchen Brout",
    "ht": "vye pechè a konte bato chak aswè dlo jaden pon bèl maten dousman kizin pyebwa pèsonn"
    " lari zwazo ti kay jodi ant fenèt tifi pen rivyè",
    # Held out of training altogether.
    "cmn-latn-pinyin": "jin1tian1 xia4wu3 wo3men5 qu4 he2bian1 kan4 niao3 lao3 yu2fu1 mei3tian1"
    " shu3 chuan2 shui3 hua1yuan2 qiao2 zao3shang5 man4man4 chu2fang2 shu4 lu4 xiao3 fang2zi5"
    " chuang1hu5 nü3hai2 mian4bao1",
    "vi": "ông lão đánh cá đếm thuyền mỗi buổi tối nước vườn cầu sáng đẹp chậm rãi nhà bếp cây"
    " không ai đường chim nhỏ hôm nay giữa cửa sổ cô bé bánh mì sông",
    "sw": "mvuvi mzee anahesabu mashua kila jioni maji bustani daraja asubuhi nzuri polepole jikoni"
    " miti hakuna barabara ndege nyumba ndogo leo kati dirisha msichana mkate mto",
    "hu": "az öreg halász este megszámolja a hajókat víz kert híd szép reggel lassan konyha fák"
    " senki utca madarak kis házak ma között ablak lány kenyér folyó",
    "ka": "მოხუცი მეთევზე საღამოს ითვლის ნავებს წყალი ბაღი ხიდი ლამაზი დილა ნელა სამზარეულო ხეები"
    " არავინ ქუჩა ჩიტები პატარა სახლები დღეს შორის ფანჯარა გოგო პური",
    "ta": "வயதான மீனவர் மாலையில் படகுகளை எண்ணுகிறார் தண்ணீர் தோட்டம் பாலம் அழகான காலை மெதுவாக"
    " சமையலறை மரங்கள் யாரும் தெரு பறவைகள் சிறிய வீடு இன்று ஜன்னல் பெண் ரொட்டி",
    "fa": "ماهیگیر پیر هر شب قایق ها را می شمارد آب باغ پل صبح زیبا آهسته آشپزخانه درختان هیچکس"
    " خیابان پرندگان خانه کوچک امروز میان پنجره دختر نان رود",
    "eu": "arrantzale zaharrak gauean ontziak zenbatzen ditu ura lorategia zubia goiz ederra"
    " poliki sukaldea zuhaitzak inor kalea txoriak etxe txikiak gaur artean leihoa neska ogia",
    "az": "qoca balıqçı axşam qayıqları sayır su bağ körpü gözəl səhər yavaş mətbəx ağaclar heç kim"
    " küçə quşlar kiçik evlər bu gün arasında pəncərə qız çörək",
    "am": "ሽማግሌው ዓሣ አጥማጅ ማታ ጀልባዎችን ይቆጥራል ውሃ አትክልት ድልድይ ቆንጆ ጠዋት በቀስታ ማዕድ ቤት ዛፎች ማንም መንገድ ወፎች"
    " ትንሽ ቤቶች ዛሬ መካከል መስኮት ልጅ ዳቦ",
    "hy": "ծեր ձկնորսը երեկոյան հաշվում է նավակները ջուր այգի կամուրջ գեղեցիկ առավոտ դանդաղ"
    " խոհանոց ծառեր ոչ ոք փողոց թռչուններ փոքր տներ այսօր միջև պատուհան աղջիկ հաց գետ",
    "uz": "qari baliqchi kechqurun qayiqlarni sanaydi suv bog' ko'prik go'zal tong sekin oshxona"
    " daraxtlar hech kim ko'cha qushlar kichik uylar bugun orasida deraza qiz non",
    "kk": "қарт балықшы кешке қайықтарды санайды су бақша көпір әдемі таң баяу ас үй ағаштар"
    " ешкім көше құстар кішкентай үйлер бүгін арасында терезе қыз нан өзен",
}

_HELD_OUT = frozenset(
    ("cmn-latn-pinyin", "vi", "sw", "hu", "ka", "ta", "fa", "eu", "az", "am", "hy", "uz", "kk"),
)

LANGUAGES: dict[str, Language] = {
    name: Language(name, tuple(words.split()), name in _HELD_OUT) for name, words in _WORDS.items()
}
"""Every language by espeak-ng name."""

ENGLISH_NAMES = ("en-us", "en", "en-gb-scotland", "en-gb-x-rp")
"""The English accents, which share one word list and the sentences below."""

_WHO = (
    "my neighbour", "the old gardener", "a young doctor", "the postman", "our teacher",
    "the tall sailor", "my little sister", "the baker's son", "a quiet stranger", "the captain",
    "nobody", "everyone in town", "the new driver", "her grandfather", "that singer", "the cook",
)  # fmt: skip
_DOES = (
    "walked to", "painted", "remembered", "waited near", "looked after", "forgot about",
    "talked about", "drove past", "wrote a letter about", "wanted to see", "found",
    "asked us about", "slept beside", "cleaned", "sang about", "ran around",
)  # fmt: skip
_WHAT = (
    "the wooden bridge", "a blue kitchen", "the frozen lake", "seven yellow boats",
    "the empty station", "a bag of apples", "the northern road", "an open window",
    "the village school", "our broken radio", "a field of barley", "the last train",
    "some warm bread", "two grey horses", "the garden wall", "a very long river",
)  # fmt: skip
_WHEN = (
    "this morning", "before dinner", "last winter", "on Thursday", "after the rain",
    "while we were away", "again and again", "in the middle of the night", "without a word",
    "because it was cold", "at seven o'clock", "when the music stopped",
)  # fmt: skip


def invent_text(language: Language, words: int, rng: np.random.Generator) -> str:
    """A text of about `words` words in `language`, ending as statement, question or exclamation."""
    end = str(rng.choice((".", ".", ".", "?", "!")))
    if language.name in ENGLISH_NAMES and rng.random() < 0.7:
        parts: list[str] = []
        while sum(len(part.split()) for part in parts) < words:
            for choices in (_WHO, _DOES, _WHAT, _WHEN):
                parts.append(str(rng.choice(choices)))
        text = " ".join(" ".join(parts).split()[:words])
        return text + end
    picked = [str(word) for word in rng.choice(language.words, size=words)]
    if words > 5 and rng.random() < 0.4:
        comma = int(rng.integers(2, words - 2))
        picked[comma] += ","
    return " ".join(picked) + end
