"""The folders of HUDD's case studies: data, models and results where its users have them."""

from faultloc.io.case_studies.layout import CaseStudyFolder, find_case_study
from faultloc.io.case_studies.named import CASE_STUDIES, CaseStudy

__all__ = ["CASE_STUDIES", "CaseStudy", "CaseStudyFolder", "find_case_study"]
