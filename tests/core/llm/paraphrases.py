"""True claims in other words than the documents': what a careful reader would accept."""

from tests.core.llm import documents
from tests.core.llm.falsehoods import AGREEMENT, COLD, RETURNS, RX40, TRAVEL, Passages

_BY_DOCUMENT: tuple[tuple[Passages, str], ...] = (
    (
        TRAVEL,
        """
        Travel expenses of up to 500 euros are approved by the team lead.
        The team lead approves travel expenses up to 500 euros.
        Travel expenses above 500 euros are approved by the head of department before the trip is booked.
        Travel expenses above 500 euros are approved by the head of department [1].
        The head of department approves travel expenses above 500 euros before the trip is booked.
        Before the trip is booked, travel expenses above 500 euros are approved by the head of department.
        Travel expenses of more than 500 euros are approved by the head of department.
        Travel expenses above €500 must be approved by the head of department.
        Travel expenses up to five hundred euros are approved by the team lead.
        Travel expenses of no more than 500 euros are approved by the team lead.
        Approvals are given in the expense tool.
        An e-mail is not enough.
        Trips outside Europe need the approval of the managing director.
        Trips outside Europe also need the approval of the managing director.
        Flights are booked in economy class.
        Flights must be booked in economy class.
        Trains are the first choice for journeys of less than 6 hours.
        For journeys of less than six hours, trains are the first choice.
        A private car is paid at 0.38 euros per kilometre.
        The parking fee is added.
        A hotel room may cost up to 140 euros a night.
        A hotel room may cost at most 140 euros a night.
        In capital cities a hotel room may cost up to 190 euros.
        A hotel room may cost up to 140 euros per night and, in capital cities, up to 190 euros.
        Breakfast is included in this limit.
        The daily allowance is 32 euros for a full day.
        For a full day the daily allowance is 32 euros.
        The daily allowance is 16 euros for a day of departure or return.
        Alcohol is not paid.
        Alcohol is never paid.
        Receipts are uploaded within fourteen days of the end of the trip.
        Receipts must be uploaded within 14 days of the end of the trip.
        Within 14 days of the end of the trip, receipts are uploaded.
        A missing receipt is replaced by a signed statement, at most three times a year.
        A signed statement replaces a missing receipt, at most three times a year.
        The finance team answers questions at extension 4120.
        """,
    ),
    (
        COLD,
        """
        Vaccines must be stored between 2 °C and 8 °C.
        Vaccines must be stored between 2 and 8 °C.
        Vaccines must be stored at 2 °C to 8 °C.
        Vaccines must be kept between 2 °C and 8 °C.
        Vaccines are stored between 2 degrees Celsius and 8 degrees Celsius.
        Frozen food is stored at −18 °C or colder.
        Frozen food is stored at -18 °C or colder [2].
        A vaccine consignment that was above 8 °C for more than half an hour is blocked.
        The quality officer decides whether it may be delivered.
        Fresh fish travels on ice at 0 °C to 2 °C.
        Fresh fish travels at 0 °C to 2 °C on ice.
        Chocolate is carried at 14 °C to 18 °C.
        Each pallet carries a data logger.
        The data logger records the temperature every five minutes.
        A data logger on each pallet records the temperature every 5 minutes.
        The logger is started by the dispatcher before loading.
        The dispatcher starts the logger before loading.
        Before loading, the dispatcher starts the logger.
        The logger is read out by the receiver.
        The receiver reads out the logger.
        The doors of a reefer may stay open for at most twelve minutes during loading.
        During loading, the doors of a reefer may stay open for at most 12 minutes.
        During loading the doors of a reefer may stay open for no more than 12 minutes.
        The doors of a reefer may stay open for up to 12 minutes during loading.
        If loading takes longer, close the doors.
        If loading takes longer, run the unit for 10 minutes and begin again.
        If loading takes longer, the doors must be closed.
        The unit is switched off while the doors are open.
        While the doors are open, the unit is switched off.
        Pallets stand at least 10 cm from the rear wall.
        Pallets must stand at least ten centimetres from the rear wall.
        Goods of different temperature classes may share a vehicle only if a bulkhead separates them.
        Only if a bulkhead separates them may goods of different temperature classes share a vehicle.
        An alarm sounds when the temperature leaves its class for more than 5 minutes.
        When the temperature leaves its class for more than five minutes, an alarm sounds.
        The driver calls the control room on extension 4400.
        The driver stops at the next safe place and calls the control room on extension 4400.
        The driver never resets an alarm without a reference number from the control room.
        The driver does not reset an alarm without a reference number from the control room.
        If the temperature cannot be restored within 45 minutes, a replacement vehicle is sent by the control room.
        The control room sends a replacement vehicle if the temperature cannot be restored within 45 minutes.
        The quality officer on duty is informed of every alarm that concerns vaccines.
        A reefer is cleaned after each fish transport.
        A reefer must be cleaned after each fish transport and at least once a week.
        Cleaning uses the neutral agent K2 at 40 °C.
        Chlorine is not allowed.
        Chlorine must not be used.
        New drivers have two days of training before their first trip alone.
        Everybody repeats the half-day course once every 24 months.
        Everybody repeats the half-day course every two years.
        """,
    ),
    (
        RETURNS,
        """
        A complaint about quality is possible within 24 hours of delivery.
        Within 24 hours of delivery a complaint about quality is possible.
        A complaint about the number of pallets is possible only at the door.
        Returned food is never put back into stock.
        Returned food is not put back into stock.
        Returned food must not be put back into stock.
        Returned food must never be put back into stock.
        In the quarantine refrigerator returned vaccines are kept at 2 °C to 8 °C until the manufacturer has decided.
        Returned vaccines are stored at 2 °C to 8 °C in the quarantine refrigerator until the manufacturer has decided.
        Every complaint gets an answer within 2 working days.
        Every complaint receives an answer within two working days.
        A complaint that is not solved within 10 working days goes to the head of quality.
        The customer is told the reason for a refusal in writing.
        Empty pallets are exchanged one for one.
        A pallet that cannot be exchanged is charged with €14.50.
        Broken pallets are not taken back.
        """,
    ),
    (
        RX40,
        """
        The temperature sensor must be calibrated every 12 months by a certified workshop.
        The temperature sensor must be calibrated every twelve months.
        The temperature sensor must be calibrated every year by a certified workshop.
        A certified workshop must calibrate the temperature sensor every 12 months.
        The temperature sensor of the RX-40 must be calibrated every 12 months.
        The unit weighs 486 kg.
        The RX-40 weighs 486 kg.
        The diesel tank holds 110 litres.
        Wait for the self-test, which takes 40 seconds.
        Do not open the doors during the self-test.
        The doors must not be opened during the self-test.
        The unit defrosts by itself every 6 hours, or when the airflow falls below 70 %.
        A defrost takes 8 to 15 minutes.
        A defrost takes between eight and fifteen minutes.
        Manual defrosting is started by holding the DEFROST key for 5 seconds.
        A unit without a valid calibration may not carry vaccines.
        A unit without a valid calibration must not carry vaccines.
        The air filter is checked every 500 hours.
        The air filter must be checked every 500 hours.
        The belt is replaced every 3000 hours.
        The engine oil is changed every 1,500 hours or once a year.
        A sensor whose deviation is more than 0.5 °C is replaced.
        The filling is 5.2 kg.
        Use only refrigerant R-452A.
        Code 31 means that the engine oil pressure is too low.
        """,
    ),
    (
        AGREEMENT,
        """
        Claims must be made in writing.
        No compensation is due when the delay was caused by a road closure that the carrier could not know of.
        Claims are made in writing within seven days of the delivery.
        Claims must be made in writing within 7 days of the delivery.
        The liability is limited to 12 euros per kilogram of damaged goods.
        Invoices are payable within thirty days.
        Temperature recordings are kept for 5 years.
        The customer may ask for a copy at any time.
        Prices are in the tariff sheet.
        The agreement is valid for two years.
        The fuel surcharge is adjusted on the first day of each quarter.
        On the first day of each quarter the fuel surcharge is adjusted.
        """,
    ),
    (
        documents.LEASE,
        """
        The Landlord is responsible for the structure, the boiler and the plumbing.
        The Tenant must report defects within two days.
        Subletting is not allowed.
        """,
    ),
    (
        documents.RETENTION_POLICY,
        """
        The platform team tests restores once per quarter.
        Application logs may not contain personal data.
        Access logs are kept for twelve months.
        """,
    ),
)
PARAPHRASES = [(document, line.strip()) for document, text in _BY_DOCUMENT for line in text.strip().splitlines()]
