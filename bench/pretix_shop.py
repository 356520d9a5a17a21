"""With pretix's own interpreter: make a shop with so many seats, and print its product and a token.

It imports nothing of ours, for pretix has a separate environment. Its arguments: shop, event, number of seats.
"""

import sys
from datetime import timedelta

import django
from django.apps import apps
from django.utils.timezone import now
from django_scopes import scopes_disabled

PRODUCT = "Seat"


def main(shop_name: str, event_name: str, seats: int) -> None:
    organizer, events, items, mappings, places, teams = (
        apps.get_model("pretixbase", name).objects
        for name in ("Organizer", "Event", "Item", "SeatCategoryMapping", "Seat", "Team")
    )
    shop = organizer.create(name=shop_name, slug=shop_name)
    event = events.create(
        organizer=shop,
        name=event_name,
        slug=event_name,
        live=True,
        currency="EUR",
        date_from=now() + timedelta(days=30),
    )
    item = items.create(event=event, name=PRODUCT, default_price=0, admission=True)
    event.quotas.create(name=PRODUCT, size=None).items.add(item)
    mappings.create(event=event, layout_category=PRODUCT, product=item)
    places.bulk_create(
        places.model(event=event, seat_number=str(number), seat_guid=str(number), product=item)
        for number in range(seats)
    )
    team = teams.create(
        organizer=shop,
        name="api",
        all_events=True,
        all_event_permissions=True,
        all_organizer_permissions=True,
    )
    sys.stdout.write(f"{item.pk} {team.tokens.create(name='bench').token}\n")


if __name__ == "__main__":
    django.setup()
    with scopes_disabled():
        main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
