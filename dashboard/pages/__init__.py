"""PAGES lists every page of the dashboard."""

from __future__ import annotations

from dashboard.pages.account import AccountPage
from dashboard.pages.base import FilteredPage, Page
from dashboard.pages.comments import CommentsPage
from dashboard.pages.compare import ComparePage
from dashboard.pages.deliveries import DeliveriesPage
from dashboard.pages.guide import GuidePage
from dashboard.pages.importing import ImportPage
from dashboard.pages.keeping import KeepingPage
from dashboard.pages.moderation import ModerationPage
from dashboard.pages.overview import OverviewPage
from dashboard.pages.people import PeoplePage
from dashboard.pages.report import ReportPage
from dashboard.pages.rules import RulesPage
from dashboard.pages.stance import StancePage
from dashboard.pages.thread import ThreadPage
from dashboard.pages.topics import TopicsPage
from dashboard.pages.users import UsersPage

FILTERED_PAGES: tuple[FilteredPage, ...] = (
    OverviewPage(),
    CommentsPage(),
    ThreadPage(),
    PeoplePage(),
    StancePage(),
    TopicsPage(),
    ComparePage(),
)
PAGES: tuple[Page, ...] = (
    *FILTERED_PAGES,
    ModerationPage(),
    ReportPage(),
    RulesPage(),
    DeliveriesPage(),
    ImportPage(),
    KeepingPage(),
    UsersPage(),
    AccountPage(),
    GuidePage(),
)
