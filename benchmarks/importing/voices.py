"""What invented offices say, in five languages: the words from which `releases.py` and `held_out.py` make releases."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from random import Random

from babel.dates import format_date


@dataclass(frozen=True)
class Voice:
    """One office's words for one release. `phone`, `mobile` and `email` are its contact's."""

    language: str
    office: str
    place: str
    person: str
    role: str
    phone: str
    mobile: str
    email: str
    second: tuple[str, str, str]
    day: date
    headline: str
    subhead: str
    lead: str
    body: tuple[str, ...]
    quote: str
    about: str
    link: str

    def date(self, form: str = "long") -> str:
        return format_date(self.day, form, locale={"en": "en_GB"}.get(self.language, self.language))

    @property
    def us_date(self) -> str:
        return format_date(self.day, "MMMM d, y", locale="en_US")

    @property
    def ap_date(self) -> str:
        """As the Associated Press abbreviates."""
        months = [
            "Jan.",
            "Feb.",
            "March",
            "April",
            "May",
            "June",
            "July",
            "Aug.",
            "Sept.",
            "Oct.",
            "Nov.",
            "Dec.",
        ]
        return f"{months[self.day.month - 1]} {self.day.day}, {self.day.year}"

    @property
    def weekday(self) -> str:
        return format_date(self.day, "EEEE", locale=self.language)


WORDS: dict[str, dict[str, list[str]]] = {
    "en": {
        "office": ["Lantern Coast Foundation", "Orrin Valley Water Board", "Brackwater Marine Ltd", "Saltby Harbour Trust", "Northmere University", "Grey Haven Energy, Inc."],
        "place": ["Portmellon", "Saltby", "Grey Haven", "Northmere", "Orrin’s Mouth", "Brackwater"],
        "person": ["Mira Okafor", "Tomas Brandl", "Ines Valdero", "Juno A. Marsh", "Peter van Holt", "Aisha O’Dell"],
        "role": ["Press Officer", "Head of Communications", "Public Affairs Specialist", "Communications Director", "Media Relations Manager"],
        "headline": ["Harbour Water Is Cleaner than at Any Time since 1987, Ten-Year Study Finds", "Three Towns Agree to Build Storage for Storm Water by 2029", "Former Port Treasurer Sentenced to Four Years for Fuel Fraud", "New Ferry Will Link Eleven Villages from the Spring", "Researchers Find Why Kelp Returns after Warm Winters", "Volunteers Count Record Number of Seals on Northern Shore", "Board Approves Lower Mooring Fees for Small Boats", "Orrin Pushes for Vote on Clean Rivers Bill"],
        "subhead": ["But three of eleven towns still release untreated water after heavy rain", "Work is to begin in the autumn and will cost 23 million", "Case is the first under the new harbour law"],
        "lead": ["Eight of the eleven harbours on the coast now meet the standard for bathing water, more than in any year since measuring began, according to a study that is published today.", "A court in the north today heard how two officials moved fuel worth more than a million from a public tank to private boats over six years.", "The board voted on Thursday to lower the fees for boats under eight metres, after a winter in which a third of all moorings stood empty.", "Researchers have shown for the first time that kelp forests return within three years where the sea floor is left alone, and twice as fast after cold springs."],
        "body": ["Volunteers took 41,600 samples over ten years, at dawn and by hand. The tables for each harbour are public, and so are the methods.", "The three harbours that miss the standard share one cause: sewers that carry rain and waste in the same pipe. In 2025 they overflowed on 61 days.", "The cost, 23 million, is less than the towns have lost in closed beaches since 2016. A vote is expected before the summer.", "Officials said the work would be done at night, so that the ferries can keep their hours. Residents will be told by letter in March."],
        "quote": ["“Ten years ago you could smell the harbour before you saw it,” said Ines Valdero, the study’s lead author. “What changed it was not one great work but four hundred small ones.”", "“We know where the water comes from, we know when, and we know what a tank costs,” said Tomas Brandl, harbour master. “All that is missing is a decision.”"],
        "about": ["looks after 140 kilometres of shore with the people who live on it. It measures the water, publishes what it finds, and helps harbour towns to act on it.", "was founded in 1987 and has 212 members in eleven towns. It takes no money from those whose water it measures, and publishes all of its accounts."],
    },
    "es": {
        "office": ["Fundación Costa Linterna", "Ministerio de Puertos", "Fiscalía del Distrito Norte", "Universidad de Montesal", "Red Agua Clara"],
        "place": ["Montesal", "Puerto Alba", "Villanorte", "Ribera Alta", "Santa Brisa"],
        "person": ["Inés Valdero", "Tomás Quiroga", "Lucía Peñalba Ruiz", "Andrés de la Cueva", "Marta Ibáñez"],
        "role": ["Jefa de prensa", "Responsable de comunicación", "Directora de comunicación", "Coordinador de medios"],
        "headline": ["El agua de los puertos está más limpia que nunca desde 1987, según un estudio", "Tres municipios acuerdan construir depósitos para la lluvia antes de 2029", "Condenan a cuatro años al extesorero del puerto por fraude con combustible", "Un nuevo transbordador unirá once pueblos desde la primavera", "Cientos de voluntarios cuentan las focas de la costa norte"],
        "subhead": ["Pero tres de once pueblos aún vierten agua sin tratar tras las lluvias fuertes", "Las obras comenzarán en otoño y costarán 23 millones"],
        "lead": ["Ocho de los once puertos de la costa cumplen ya la norma para aguas de baño, más que en cualquier año desde que empezaron las mediciones, según un estudio que se publica hoy.", "La junta aprobó este jueves bajar las tasas de las embarcaciones de menos de ocho metros, tras un invierno en el que un tercio de los amarres quedó vacío.", "El tribunal conoció hoy cómo dos funcionarios desviaron durante seis años combustible por más de un millón desde un depósito público hacia barcos privados."],
        "body": ["Los voluntarios tomaron 41.600 muestras en diez años, al amanecer y a mano. Las tablas de cada puerto son públicas, y también los métodos.", "Los tres puertos que no alcanzan la norma comparten una causa: alcantarillas que llevan la lluvia y los residuos por el mismo tubo.", "El coste, 23 millones, es menor que lo que los pueblos han perdido por playas cerradas desde 2016. Se espera una votación antes del verano."],
        "quote": ["«Hace diez años se olía el puerto antes de verlo», dijo Inés Valdero, autora principal. «Lo que lo cambió no fue una gran obra, sino cuatrocientas pequeñas».", "“Sabemos de dónde viene el agua y sabemos lo que cuesta un depósito”, afirmó Tomás Quiroga, capitán del puerto. “Lo único que falta es una decisión”."],
        "about": ["cuida 140 kilómetros de litoral junto con quienes viven en él. Mide el agua, publica lo que encuentra y ayuda a los pueblos portuarios a actuar."],
    },
    "fr": {
        "office": ["Fondation Côte Lanterne", "Ministère des Ports", "Préfecture du Nord-Marin", "Université de Montsel", "Collectif Eau Claire"],
        "place": ["Montsel", "Port-Aube", "Rivehaute", "Saint-Brisant", "Villenord"],
        "person": ["Inès Valdereau", "Thomas Quirel", "Lucie Peyralbe", "Jean-Marc de La Cove", "Hélène d’Aubier"],
        "role": ["Attachée de presse", "Responsable communication", "Directrice de la communication", "Chargé des relations médias"],
        "headline": ["L’eau des ports n’a jamais été aussi propre depuis 1987, selon une étude de dix ans", "Trois communes vont construire des réservoirs pour la pluie avant 2029", "Une nouvelle navette reliera onze villages dès le printemps", "Les droits de mouillage baissent pour les petits bateaux", "Des centaines de bénévoles comptent les phoques de la côte nord"],
        "subhead": ["Trois communes sur onze rejettent encore de l’eau non traitée après les fortes pluies", "Les travaux commenceront à l’automne et coûteront 23 millions"],
        "lead": ["Huit des onze ports de la côte respectent désormais la norme des eaux de baignade, plus que toute autre année depuis le début des mesures, selon une étude publiée aujourd’hui.", "Le conseil a décidé jeudi de baisser les droits des bateaux de moins de huit mètres, après un hiver pendant lequel un tiers des places est resté vide.", "Le tribunal a entendu ce jour comment deux agents ont détourné pendant six ans du carburant d’une cuve publique vers des bateaux privés."],
        "body": ["Les bénévoles ont prélevé 41 600 échantillons en dix ans, à l’aube et à la main. Les tableaux de chaque port sont publics, ainsi que les méthodes.", "Les trois ports qui manquent la norme ont une cause commune : des égouts qui mènent la pluie et les déchets par le même tuyau.", "Le coût, 23 millions, est moindre que ce que les communes ont perdu en plages fermées depuis 2016. Un vote est attendu avant l’été."],
        "quote": ["« Il y a dix ans, on sentait le port avant de le voir », a déclaré Inès Valdereau, autrice principale. « Ce n’est pas un grand ouvrage qui l’a changé, mais quatre cents petits. »", "« Nous savons d’où vient l’eau et ce que coûte une cuve », a dit Thomas Quirel, maître du port. « Il ne manque qu’une décision. »"],
        "about": ["veille sur 140 kilomètres de rivage avec celles et ceux qui y vivent. Elle mesure l’eau, publie ce qu’elle trouve et aide les communes portuaires à agir."],
    },
    "de": {
        "office": ["Stiftung Leuchtküste", "Ministerium für Häfen", "Staatsanwaltschaft Nordmark", "Universität Seeberg", "Polizei Altenhafen", "Brackwasser Technik GmbH"],
        "place": ["Seeberg", "Altenhafen", "Nordmark", "Rietmünde", "Hochufer"],
        "person": ["Ina Valder", "Thomas Brandl", "Lucia Pehl-Ruiz", "Anton von der Kuhle", "Dr. Miriam Okaf"],
        "role": ["Pressesprecherin", "Leiterin Kommunikation", "Referent für Öffentlichkeitsarbeit", "Pressereferentin"],
        "headline": ["Hafenwasser ist so sauber wie nie seit 1987, zeigt eine Studie über zehn Jahre", "Drei Städte bauen bis 2029 Speicher für Regenwasser", "Neue Fähre verbindet ab Frühjahr elf Dörfer", "Gebühren für kleine Boote sinken ab dem kommenden Jahr", "Freiwillige zählen so viele Robben wie nie an der Nordküste"],
        "subhead": ["Drei von elf Städten leiten nach starkem Regen noch ungeklärtes Wasser ein", "Die Arbeiten beginnen im Herbst und kosten 23 Millionen"],
        "lead": ["Acht der elf Häfen an der Küste erfüllen nun die Norm für Badewasser, mehr als in jedem Jahr seit Beginn der Messungen, wie eine heute veröffentlichte Studie zeigt.", "Der Rat hat am Donnerstag beschlossen, die Gebühren für Boote unter acht Metern zu senken, nachdem im Winter ein Drittel aller Liegeplätze leer stand.", "Unbekannte haben in der Nacht zum Dienstag mehrere Boote im Hafen losgemacht; die Polizei sucht nun Zeugen, die etwas Verdächtiges bemerkt haben."],
        "body": ["Freiwillige nahmen in zehn Jahren 41.600 Proben, im Morgengrauen und von Hand. Die Tabellen jedes Hafens sind öffentlich, die Methoden auch.", "Die drei Häfen, die die Norm verfehlen, haben eine Ursache gemeinsam: Kanäle, die Regen und Abwasser im selben Rohr führen.", "Die Kosten von 23 Millionen sind geringer als das, was die Städte seit 2016 durch gesperrte Strände verloren haben."],
        "quote": ["„Vor zehn Jahren roch man den Hafen, bevor man ihn sah“, sagte Ina Valder, die Hauptautorin. „Geändert hat das nicht ein großes Werk, sondern vierhundert kleine.“", "„Wir wissen, woher das Wasser kommt, und wir wissen, was ein Speicher kostet“, sagte Hafenmeister Thomas Brandl. „Es fehlt nur eine Entscheidung.“"],
        "about": ["betreut 140 Kilometer Ufer gemeinsam mit den Menschen, die dort leben. Sie misst das Wasser, veröffentlicht, was sie findet, und hilft den Hafenstädten beim Handeln."],
    },
    "pt": {
        "office": ["Fundação Costa Lanterna", "Ministério dos Portos", "Procuradoria da Comarca Norte", "Universidade de Montesal", "Rede Água Clara"],
        "place": ["Montesal", "Porto Alvo", "Vila Norte", "Ribeira Alta", "São Brás"],
        "person": ["Inês Valdeiro", "Tomás Queirol", "Lúcia Penalva", "André da Cova", "Marta Brandão"],
        "role": ["Assessora de imprensa", "Responsável de comunicação", "Diretora de comunicação", "Coordenador de imprensa"],
        "headline": ["A água dos portos está mais limpa do que nunca desde 1987, conclui estudo de dez anos", "Três municípios vão construir reservatórios para a chuva até 2029", "Novo barco vai ligar onze aldeias a partir da primavera", "Taxas de amarração descem para os barcos pequenos", "Centenas de voluntários contam as focas da costa norte"],
        "subhead": ["Mas três de onze vilas ainda despejam água sem tratamento depois das chuvas fortes", "As obras começam no outono e custam 23 milhões"],
        "lead": ["Oito dos onze portos da costa cumprem já a norma para águas balneares, mais do que em qualquer ano desde o início das medições, segundo um estudo divulgado hoje.", "O conselho decidiu nesta quinta-feira baixar as taxas dos barcos com menos de oito metros, depois de um inverno em que um terço dos lugares ficou vazio.", "O tribunal ouviu hoje como dois funcionários desviaram durante seis anos combustível de um depósito público para barcos privados, num valor superior a um milhão."],
        "body": ["Os voluntários recolheram 41.600 amostras em dez anos, ao amanhecer e à mão. As tabelas de cada porto são públicas, e os métodos também.", "Os três portos que falham a norma têm uma causa comum: esgotos que levam a chuva e os resíduos pelo mesmo cano.", "O custo, 23 milhões, é inferior ao que as vilas perderam com praias fechadas desde 2016. Espera-se uma votação antes do verão."],
        "quote": ["“Há dez anos sentia-se o cheiro do porto antes de o ver”, disse Inês Valdeiro, autora principal. “O que o mudou não foi uma grande obra, mas quatrocentas pequenas.”", "“Sabemos de onde vem a água e quanto custa um depósito”, afirmou Tomás Queirol, capitão do porto. “Só falta uma decisão.”"],
        "about": ["cuida de 140 quilómetros de litoral com quem lá vive. Mede a água, publica o que encontra e ajuda as vilas portuárias a agir."],
    },
}  # fmt: skip

_PHONES = {
    "en": ("020 7946 0{:03d}", "07700 900{:03d}"),
    "us": ("(202) 555-0{:03d}", "202-555-0{:03d}"),
    "es": ("+34 910 000 {:03d}", "600 000 {:03d}"),
    "fr": ("01 99 00 {:02d} 17", "06 39 98 {:02d} 21"),
    "de": ("030 23125 {:03d}", "0171 3920{:03d}"),
    "pt": ("+351 21 000 0{:03d}", "91 000 0{:03d}"),
}


def voice(language: str, random: Random, *, phones: str = "") -> Voice:
    """An office and what it has to say."""
    words = WORDS[language]
    people = random.sample(words["person"], 2)
    phone, mobile = _PHONES[phones or language]
    office, number = random.choice(words["office"]), random.randint(10, 99)
    return Voice(
        language=language,
        office=office,
        place=random.choice(words["place"]),
        person=people[0],
        role=random.choice(words["role"]),
        phone=phone.format(number),
        mobile=mobile.format(number),
        email=f"press{number}@example.org",
        second=(people[1], phone.format(number - 1), f"media{number}@example.org"),
        day=date(random.randint(2018, 2026), random.randint(1, 12), random.randint(1, 28)),
        headline=random.choice(words["headline"]),
        subhead=random.choice(words["subhead"]),
        lead=random.choice(words["lead"]),
        body=tuple(random.sample(words["body"], min(3, len(words["body"])))),
        quote=random.choice(words["quote"]),
        about=f"{office} {random.choice(words['about'])}",
        link=f"https://example.org/{number}",
    )
