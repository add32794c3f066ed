import re

import pytest
from playwright.sync_api import Page, expect

from end_to_end.conftest import sign_in

pytestmark = pytest.mark.browser


def test_an_officer_records_a_payment_and_takes_it_back(page: Page, own_address: str) -> None:
    sign_in(page, own_address, "officer")
    debtor = page.get_by_role("region", name="Largest debts").get_by_role("link").first
    debtor.click()
    account = page.get_by_role("region", name="Account")
    owed = account.get_by_role("row").last.get_by_role("cell").nth(2).inner_text()
    bill = page.get_by_role("region", name="Bills").get_by_role("row").nth(1)
    reference = bill.get_by_text(re.compile("^RF")).first.inner_text()
    taxpayer = page.url

    page.get_by_role("link", name="Office").first.click()
    payments = page.locator("#figures dd.amount").last
    before = int(payments.inner_text().replace(",", ""))
    page.get_by_label("Payment reference").fill(reference)
    page.get_by_label(re.compile("^Amount")).fill("10.00")
    page.get_by_role("button", name="Record the payment").click()
    expect(page.get_by_role("status")).to_contain_text("Payment of $10.00 recorded")
    expect(payments).to_have_text(f"{before + 1:,}")  # swapped without loading the page again

    page.goto(taxpayer)
    expect(account.get_by_role("row").last).not_to_contain_text(owed)
    page.get_by_text("Reverse", exact=True).last.click()
    account.get_by_label("Reason").last.fill("cheque returned")
    page.get_by_role("button", name="Reverse this payment").last.click()
    expect(account).to_contain_text("cheque returned")
    expect(account.get_by_role("row").last).to_contain_text(owed)

    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("link", name="Sign in")).to_be_visible()
    page.goto(f"{own_address}/office")
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
