"""Reports as files, for the node's API."""

from __future__ import annotations

import io
from collections.abc import Sequence

from dispatch.api.indicator_schemas import ReportAnswer
from dispatch.api.services import ReportForm
from dispatch.views import CameraInfo
from gridpatrol.reporting.data import data_of
from gridpatrol.reporting.page import page
from gridpatrol.wording import Language


def report_file(told: ReportAnswer, cameras: Sequence[CameraInfo], form: ReportForm, language: Language) -> bytes:
    """Return a report as a page or a spreadsheet (`dispatch.api.services.ReportWriter`)."""
    data = data_of(told, {one.camera_id: (one.name_en, one.name_zh) for one in cameras})
    if form is ReportForm.html:
        return page(data, language).encode()
    # The library for spreadsheets takes a tenth of a node's start to load, and most starts never write one.
    from gridpatrol.reporting.workbook import workbook

    written = io.BytesIO()
    workbook(data, language).save(written)
    return written.getvalue()
