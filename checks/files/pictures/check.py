from rempart.check import Figure, Reason, Result, any_of, notchecked, verdict
from rempart.observations.documents import Pictures


def check(pictures: Pictures) -> Result:
    facts: dict[str, Figure] = {"context": pictures.context}
    counts: dict[str, Figure] = {
        "images": pictures.images,
        "documents": pictures.documents,
        "pages": pictures.pages,
    }
    shown = f"{pictures.images} pictures, {pictures.documents} documents of pictures"
    sealed = any_of(pictures.sealed == True)  # noqa: E712  (three-valued)
    if not pictures.context and sealed is False:
        return notchecked(Reason.NO_COLLECTOR, f"{shown}: what they show is not known", pictures)
    return verdict(sealed, shown, pictures, facts=facts, counts=counts)
