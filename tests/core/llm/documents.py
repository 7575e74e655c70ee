"""Documents of the kinds a team really has, split into passages as the vault would hand them over."""

LEAVE_POLICY = [
    {
        "label": "1",
        "title": "Leave policy 2026",
        "text": (
            "Annual leave\n\n"
            "Full-time employees accrue 25 days of paid annual leave per calendar year. Part-time employees "
            "accrue leave in proportion to their contracted hours. New employees become entitled to take "
            "leave after completing three months of service.\n\n"
            "Up to five unused days may be carried over into the next year. Carried-over days expire on 31 "
            "March. Days that have expired are not paid out."
        ),
    },
    {
        "label": "2",
        "title": "Leave policy 2026",
        "text": (
            "Requesting leave\n\n"
            "Leave of more than ten consecutive days must be approved by the head of department. All other "
            "requests are approved by the line manager. Requests must be submitted in Personio at least two "
            "weeks before the first day of leave. A request that is not answered within five working days is "
            "deemed approved.\n\n"
            "Managers may refuse a request only for urgent operational reasons, and must state the reason in "
            "writing."
        ),
    },
    {
        "label": "3",
        "title": "Leave policy 2026",
        "text": (
            "Sick leave\n\n"
            "Employees who are ill must inform their line manager before 9:30 on the first day of absence. A "
            "medical certificate is required from the fourth day of illness. Sick pay equals 100 % of salary "
            "for the first six weeks. Sick days that fall within booked annual leave are credited back when a"
            " certificate is provided."
        ),
    },
]

PUMP_MANUAL = [
    {
        "label": "1",
        "title": "HP-200 circulation pump: installation and maintenance",
        "text": (
            "Installation\n\n"
            "The HP-200 must be installed with the motor shaft horizontal. The pump is rated for water "
            "temperatures between 2 °C and 95 °C and a maximum system pressure of 10 bar. Do not run the pump"
            " dry: the bearings are lubricated by the pumped water and are damaged within 30 seconds.\n\n"
            "Connect the pump to a 230 V supply protected by a 10 A fuse. Electrical work must be carried out"
            " by a qualified electrician."
        ),
    },
    {
        "label": "2",
        "title": "HP-200 circulation pump: installation and maintenance",
        "text": (
            "Maintenance\n\n"
            "Replace the shaft seal every 8,000 operating hours or every two years, whichever comes first. "
            "Clean the strainer every three months. Before any maintenance, disconnect the supply and close "
            "both isolating valves.\n\n"
            "Fault codes\n\n"
            "E04 means that the rotor is blocked. Remove the motor head and turn the rotor by hand. E07 means"
            " that the motor temperature exceeded 110 °C; the pump restarts by itself after 15 minutes. If "
            "E07 appears more than three times in 24 hours, contact the service department."
        ),
    },
]

SERVICE_CONTRACT = [
    {
        "label": "1",
        "title": "Master services agreement, Northwind Analytics and Harbour Foods",
        "text": (
            "4. Fees and payment\n\n"
            "The Client shall pay a monthly fee of EUR 12,500. Invoices are payable within thirty (30) days "
            "of receipt. Late amounts bear interest at 8 % per year. The Provider may suspend the services if"
            " an undisputed invoice remains unpaid for more than 60 days after a written reminder.\n\n"
            "5. Term and termination\n\n"
            "This agreement begins on 1 February 2026 and has an initial term of 24 months. Either party may "
            "terminate it for convenience with 90 days' written notice after the initial term. The Client may"
            " not terminate for convenience during the initial term."
        ),
    },
    {
        "label": "2",
        "title": "Master services agreement, Northwind Analytics and Harbour Foods",
        "text": (
            "7. Confidentiality\n\n"
            "Each party shall keep the other party's confidential information secret for five years after the"
            " end of this agreement. Confidential information does not include information that is publicly "
            "known.\n\n"
            "8. Liability\n\n"
            "The Provider's total liability per contract year is limited to the fees paid in the preceding "
            "twelve months. Nothing in this agreement limits liability for intent or gross negligence. "
            "Neither party is liable for lost profits. The courts of Hamburg have exclusive jurisdiction."
        ),
    },
]

RELEASE_NOTES = [
    {
        "label": "1",
        "title": "Atlas 4.2 release notes",
        "text": (
            "Atlas 4.2 was released on 14 October 2026. It adds offline sync for the iOS and Android apps. "
            "The desktop app does not support offline sync yet. Exports are now available as Parquet in "
            "addition to CSV.\n\n"
            "The maximum upload size was raised from 50 MB to 200 MB. Search is about three times faster on "
            "projects with more than 10,000 items."
        ),
    },
    {
        "label": "2",
        "title": "Atlas 4.2 release notes",
        "text": (
            "Upgrading\n\n"
            "Version 4.2 requires PostgreSQL 14 or newer; PostgreSQL 12 is no longer supported. Back up the "
            "database before upgrading. The migration takes about 20 minutes for one million items and cannot"
            " be undone.\n\n"
            "The legacy API v1 is deprecated and will be removed on 30 June 2027. Single sign-on is included "
            "in the Business and Enterprise plans only."
        ),
    },
]

RETENTION_POLICY = [
    {
        "label": "1",
        "title": "Data retention and backup policy",
        "text": (
            "Backups of all production databases are made daily at 02:00 UTC and kept for 35 days. A full "
            "copy is stored off site every week. Backups are encrypted with AES-256. Restores are tested once"
            " per quarter by the platform team.\n\n"
            "Customer data is deleted 30 days after the end of the contract. Access logs are retained for 12 "
            "months. Application logs must not contain personal data."
        ),
    },
    {
        "label": "2",
        "title": "Data retention and backup policy",
        "text": (
            "Requests for erasure are handled by the privacy office within one month. The data protection "
            "officer is Maria Lindqvist. Copies on backup media are overwritten when the backup expires and "
            "are not deleted individually."
        ),
    },
]

LEASE = [
    {
        "label": "1",
        "title": "Residential lease, 14 Mill Lane",
        "text": (
            "3. Rent. The Tenant shall pay rent of £1,450 per month in advance on the first day of each month"
            " by standing order. If rent is more than seven days late, the Landlord may charge a late fee of "
            "£35.\n\n"
            "4. Deposit. The Tenant shall pay a deposit of £2,175 before moving in. The Landlord must protect"
            " the deposit in an authorised scheme within 30 days and return it within ten days after the end "
            "of the tenancy, less deductions agreed in writing.\n\n"
            "5. Pets. No pets may be kept in the property without the Landlord's prior written consent."
        ),
    },
    {
        "label": "2",
        "title": "Residential lease, 14 Mill Lane",
        "text": (
            "6. Repairs. The Landlord is responsible for the structure, the boiler and the plumbing. The "
            "Tenant must report defects within 48 hours. The Tenant shall not redecorate or drill into walls "
            "without permission.\n\n"
            "7. Ending the tenancy. The fixed term ends on 31 August 2027. After the fixed term the Tenant "
            "may leave by giving one month's notice, the Landlord by giving two months' notice. Subletting is"
            " not permitted."
        ),
    },
]

API_GUIDE = [
    {
        "label": "1",
        "title": "Orders API guide",
        "text": (
            "# Authentication\n"
            "Every request must carry an API key in the `X-Api-Key` header. Keys are created in the dashboard"
            " and expire after 90 days. Requests without a valid key are answered with status 401.\n\n"
            "# Rate limits\n"
            "The standard plan allows 100 requests per minute; the premium plan allows 1,000. When the limit "
            "is exceeded the API answers with status 429. Webhook deliveries do not count towards the limit."
        ),
    },
    {
        "label": "2",
        "title": "Orders API guide",
        "text": (
            "# Orders\n"
            "An order can be cancelled until it has been shipped. Cancelled orders are refunded automatically"
            " to the original payment method within 5 business days. Partial refunds are only available "
            "through support.\n\n"
            "- GET /orders returns at most 50 orders per page.\n"
            "- POST /orders creates an order and returns status 201.\n"
            "- DELETE /orders is not supported."
        ),
    },
]
