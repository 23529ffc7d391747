"""Invented words: no title, author or publisher here belongs to anyone."""

SURNAMES = (
    "Marrowby", "Thornquill", "Vexley", "Oakenfell", "Brindlecott", "Hazelgrave", "Pomfrith", "Quennell-Ash",
    "Dunmarrow", "Fallowmere", "Tansywick", "Grimsborne", "Lapwith", "Ostrander-Vale", "Penhallick", "Ravensworthy",
    "Sedgeborough", "Umberlain", "Wexcombe", "Yarrowdale", "Ælfwine", "Bjørnvik-Holt", "Castañar", "Dvořelý",
    "Éclairet", "Zürnhag",
)  # fmt: skip
GIVEN = (
    "Tessa", "Orrin", "Maud", "Felix", "Ines", "Barnaby", "Lioba", "Casimir", "Odette", "Rafe", "Sunniva", "Tobin",
    "Una", "Wilf", "Ysolde", "Zeno", "Amparo", "Corvin", "Delphine", "Ewart",
)  # fmt: skip
ADJECTIVES = (
    "quiet", "crooked", "copper", "hollow", "borrowed", "winter", "paper", "salt", "unfinished", "amber", "seventh",
    "drowned", "patient", "hidden", "clockwork", "velvet", "northern", "wandering", "forgotten", "painted",
)  # fmt: skip
NOUNS = (
    "orchard", "lighthouse", "ledger", "ferryman", "almanac", "tide", "staircase", "menagerie", "cartographer",
    "kettle", "meadow", "signal", "archive", "violin", "harbour", "lantern", "sparrow", "glasshouse", "compass",
    "bridge", "weathervane", "tapestry", "mill", "beehive", "postcard",
)  # fmt: skip
PLACES = (
    "Tarnhollow", "Saltmere", "the Fennick Hills", "Lower Quill", "the Grey Isles", "Marrowdale", "Upper Wexing",
)  # fmt: skip
SUBJECTS = (
    ("005.13", "programming small machines"), ("158.1", "habits"), ("302.2", "listening"), ("330.9", "market towns"),
    ("394.2", "harvest feasts"), ("512.5", "matrices"), ("551.6", "clouds and rain"), ("598.2", "shore birds"),
    ("613.7", "walking"), ("635", "kitchen gardens"), ("641.5", "bread and soup"), ("646.4", "mending clothes"),
    ("690.8", "old houses"), ("746.43", "knitting"), ("796.5", "hill paths"), ("914.9", "journeys by ferry"),
    ("930.1", "digging up the past"), ("942.07", "the canal years"),
)  # fmt: skip
PUBLISHERS = (
    "Harrowgate Lane Press,", "Two Herons Books,", "Millrace & Daughter,", "Lanternfish,", "Éditions du Quai Gris,",
    "University of Marrowdale Press,",
)  # fmt: skip
ODD_TITLES = (
    "=SUM of small things /",
    "Salt; or, The keeper's daughter :",
    'The "unsinkable" ferry /',
    "Ølandets siste fyr /",
    "Łąka nad rzeką /",
    "水辺の手紙 /",
    "Cafe\u0301 at the end of the quay /",
    'Bread; butter; "jam" : a supper in three parts /',
    "Señor Castañar's beehive = La colmena del señor Castañar /",
    "100% wool",
)
"""Titles that trip a reader: a formula, the separator, quotes, letters beyond ASCII, a letter in
two code points."""
