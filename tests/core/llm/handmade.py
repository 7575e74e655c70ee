"""False claims about the samples and test documents, made by hand: overstated, misattributed, swapped, cut short."""

from tests.core.llm import documents
from tests.core.llm.falsehoods import AGREEMENT, COLD, RX40, TRAVEL, Passages

_BY_DOCUMENT: tuple[tuple[Passages, str], ...] = (
    (
        TRAVEL,
        """
        The team lead approves travel expenses above 500 euros.
        Travel expenses are approved by the team lead.
        Expenses are approved by the team lead.
        Trips outside Europe need only the approval of the managing director.
        Trips in Europe need the approval of the managing director.
        An e-mail is enough.
        An approval is given by e-mail.
        Approval is given in the expense tool or by e-mail.
        Trains are the first choice for journeys of six hours.
        Flights are the first choice for journeys of less than six hours.
        A rental car is allowed when public transport would take twice as long.
        A rental car is paid at 0.38 euros per kilometre.
        A private car is paid at 0.38 euros per mile.
        The parking fee is not added.
        A hotel room may cost up to 190 euros a night.
        In capital cities a hotel room may cost up to 140 euros.
        A hotel room may cost 140 euros a night.
        A hotel room must cost up to 140 euros a night.
        The daily allowance is 16 euros.
        The daily allowance is 32 euros for a day of departure.
        The daily allowance is 32 euros for a day of departure or return.
        Receipts are uploaded 14 days before the end of the trip.
        Receipts are uploaded within 14 days of the start of the trip.
        Receipts are uploaded within 14 working days of the end of the trip.
        A missing receipt is replaced by a signed statement.
        A missing receipt is replaced by a signed statement, at least three times a year.
        Expenses are paid with the next salary.
        Expenses are paid with the next salary when they are complete by the 25th of the month.
        Alcohol and breakfast are not paid.
        """,
    ),
    (
        COLD,
        """
        Chocolate is carried at 2 °C to 8 °C.
        Fresh fish travels at 14 °C to 18 °C.
        Vaccines must be stored between 2 °C and 8 °C or colder.
        A vaccine consignment that was above 8 °C is blocked.
        A vaccine consignment that was above 8 °C for 30 minutes is blocked.
        The dispatcher decides whether it may be delivered.
        The logger is started by the dispatcher after loading.
        The logger is started by the receiver and read out by the dispatcher.
        The logger is read out by the dispatcher.
        The receiver starts the logger before loading.
        A consignment counts as interrupted.
        A consignment with a complete recording counts as interrupted.
        The unit is switched off.
        The unit is switched on while the doors are open.
        Goods of different temperature classes may share a vehicle if no bulkhead separates them.
        Goods of different temperature classes must not share a vehicle.
        An alarm sounds when the temperature leaves its class.
        An alarm sounds when the temperature leaves its class for five minutes.
        The driver calls the control room on extension 4120.
        The control room calls the driver on extension 4400.
        The driver resets an alarm.
        The driver never resets an alarm.
        If the temperature cannot be restored within 45 minutes, the driver sends a replacement vehicle.
        If the temperature can be restored within 45 minutes, the control room sends a replacement vehicle.
        The control room sends a replacement vehicle.
        The quality officer on duty is informed of every alarm.
        A reefer is cleaned once a week.
        A reefer is cleaned at most once a week.
        A reefer is cleaned before each fish transport.
        Chlorine is allowed.
        Cleaning uses chlorine at 40 °C.
        New drivers have two days of training after their first trip alone.
        Everybody repeats the half-day course once every 12 months.
        Drivers repeat the two-day course once every 24 months.
        Whoever has missed the repetition may drive temperature-controlled goods.
        Whoever has missed the repetition does not drive.
        The last stop is unloaded first.
        Running the unit with open doors is required.
        """,
    ),
    (
        RX40,
        """
        The unit weighs 486 litres.
        The RX-40 cools between -25 °C and +25 °C only.
        The RX-40 heats between +25 °C and -25 °C.
        The diesel tank holds 38 litres.
        The self-test takes 60 minutes.
        Open the doors during the self-test.
        Confirm with the arrow keys.
        The display shows the setpoint in white.
        The display shows the measured temperature in blue.
        Pre-cool the empty body for at most 60 minutes before loading.
        Pre-cool the full body for at least 60 minutes before loading.
        A defrost takes 8 minutes.
        A defrost takes between 8 and 15 hours.
        The temperature sensor must be calibrated by the driver.
        The temperature sensor must be replaced every 12 months.
        A sensor whose deviation is more than 0.5 °C is adjusted.
        A sensor whose deviation is 0.5 °C is replaced.
        A unit with a valid calibration may not carry vaccines.
        A unit may not carry vaccines.
        Code 11: engine oil pressure too low.
        Code 31: low refrigerant.
        Code 45: stop the unit and call the workshop.
        The engine oil is changed every 500 hours.
        The air filter is changed every 1,500 hours.
        The belt is checked every 3,000 hours.
        The air filter is replaced every 500 hours.
        Never use refrigerant R-452A.
        Work on the refrigerant circuit is reserved for drivers.
        """,
    ),
    (
        AGREEMENT,
        """
        The customer gets a compensation of 10 percent of the freight.
        The customer gets a compensation of 50 percent of the freight for each full hour of delay.
        The carrier gets a compensation when a delivery is late.
        Compensation is due when the delay was caused by a road closure.
        No compensation is due.
        The liability is limited to 12 euros.
        The carrier is liable for goods.
        The customer is liable for goods that left their temperature class while in its hands.
        The carrier tells the customer of an expected delay one hour after the window begins.
        The customer gets a copy within five years.
        Temperature recordings are kept for two working days.
        Invoices are payable within 6 days.
        After that an interest of 30 percent a year is due.
        It is valid for one year and is extended by two years each time.
        If the recording is complete, it is presumed that the temperature class was left.
        A copy costs 10 euros.
        """,
    ),
    (
        documents.LEASE,
        """
        The Tenant may charge a late fee of £35 if rent is more than seven days late.
        The Landlord may charge a late fee of £35 if rent is seven days late.
        The Landlord may charge a late fee of £35.
        The Landlord shall pay rent of £1,450 per month.
        The deposit is £1,450.
        The rent is £2,175 per month.
        The Landlord must return the deposit within 30 days.
        The Tenant must protect the deposit in an authorised scheme.
        Pets may be kept in the property.
        No pets may be kept in the property.
        The Tenant is responsible for the structure, the boiler and the plumbing.
        The Landlord must report defects within 48 hours.
        The Tenant may leave by giving two months' notice.
        The Landlord may leave by giving one month's notice.
        The fixed term begins on 31 August 2027.
        """,
    ),
    (
        documents.SERVICE_CONTRACT,
        """
        The Provider shall pay a monthly fee of EUR 12,500.
        Late amounts bear interest at 8 % per month.
        The Provider may suspend the services if an undisputed invoice remains unpaid.
        The Provider may suspend the services after a written reminder.
        Either party may terminate it for convenience with 90 days' written notice during the initial term.
        The Provider may not terminate for convenience during the initial term.
        The Client may not terminate for convenience.
        Each party shall keep the confidential information secret for two years after the end of this agreement.
        This agreement limits liability for intent or gross negligence.
        One party is liable for lost profits.
        The courts of Hamburg have no jurisdiction.
        The Client's total liability per contract year is limited to the fees paid in the preceding twelve months.
        """,
    ),
    (
        documents.LEAVE_POLICY,
        """
        Part-time employees accrue 25 days of paid annual leave per calendar year.
        All employees accrue 25 days of paid annual leave per calendar year.
        Employees accrue 25 days of paid annual leave per calendar year.
        New employees become entitled to take leave before completing three months of service.
        Carried-over days are paid out.
        Leave of ten consecutive days must be approved by the head of department.
        Leave must be approved by the head of department.
        A request that is not answered within five working days is deemed rejected.
        Managers may refuse a request.
        Managers may refuse a request for urgent operational reasons without stating the reason.
        Sick pay equals 100 % of salary.
        Sick pay equals 100 % of salary after the first six weeks.
        A medical certificate is required from the first day of illness.
        A medical certificate is required until the fourth day of illness.
        """,
    ),
    (
        documents.API_GUIDE,
        """
        The standard plan allows 1,000 requests per minute; the premium plan allows 100.
        The premium plan allows 100 requests per minute.
        The standard plan allows 1,000 requests per minute.
        Requests are answered with status 401.
        When the limit is exceeded the API answers with status 401.
        An order can be cancelled after it has been shipped.
        An order can be cancelled.
        POST /orders returns at most 50 orders per page.
        GET /orders creates an order and returns status 201.
        Keys expire after 90 minutes.
        Orders are refunded automatically to the original payment method within 5 business days.
        """,
    ),
    (
        documents.RELEASE_NOTES,
        """
        The maximum upload size was raised from 200 MB to 50 MB.
        The maximum upload size was 200 MB.
        The maximum upload size is 50 MB.
        The desktop app supports offline sync.
        Exports are now available as CSV in addition to Excel.
        Search is about three times slower on projects with more than 10,000 items.
        Search is about three times faster on projects with less than 10,000 items.
        Version 4.2 requires PostgreSQL 12 or newer.
        PostgreSQL 14 is no longer supported.
        The legacy API v1 was removed on 30 June 2027.
        The migration takes about 20 minutes and can be undone.
        Back up the database after upgrading.
        """,
    ),
)
HANDMADE = [(document, line.strip()) for document, text in _BY_DOCUMENT for line in text.strip().splitlines()]
