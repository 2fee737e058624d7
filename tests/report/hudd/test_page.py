import re
from dataclasses import replace

from faultloc.report.hudd.page import render_causes

ATTACK = "<script>alert('x')</script>"


def test_a_class_name_cannot_run(make_content) -> None:
    page = render_causes(make_content(class_name=ATTACK))
    assert "<script" not in page
    assert "&lt;script&gt;" in page


def test_a_text_cannot_run_and_is_shown_in_full(make_content) -> None:
    page = render_causes(make_content(text=f'" onerror="x" {ATTACK} end', heat=False))
    assert "<script" not in page
    assert ' onerror="' not in page
    assert "end</blockquote>" in page


def test_the_page_loads_nothing(make_content) -> None:
    page = render_causes(make_content())
    loaded = re.findall(r'(?:src=|href=|url\()"([^"]{0,30})', page)
    assert loaded
    assert all(address.startswith(("data:image/", "#")) for address in loaded)
    assert "default-src 'none'" in page


def test_every_anchor_has_its_section(make_content) -> None:
    for retrained in (True, False):
        page = render_causes(make_content(retrained=retrained))
        for name in re.findall(r'href="#([^"]+)"', page):
            assert f'id="{name}"' in page


def test_the_medoid_stands_first_in_its_cluster_and_outliers_have_none(make_content) -> None:
    page = render_causes(make_content())
    articles = page.split('<article class="cause"')[1:]
    assert [article.count('class="medoid"') for article in articles] == [1, 1, 0]
    sheet = articles[1].split('<ol class="sheet">')[1]
    assert re.search(r'class="medoid"><div class="plate"><img[^>]*alt="test/18.png"', sheet)
    assert sheet.index('class="medoid"') < sheet.index("<li><div")


def test_of_a_few_clusters_it_is_said_how_many_errors_stand_outside_of_them(make_content) -> None:
    content = make_content()
    assert "of the errors lie in these clusters" in render_causes(content)
    all_inside = replace(content, errors=10, causes=content.clusters)
    assert "of the errors lie" not in render_causes(all_inside)


def test_sizes_purities_and_confusions_are_those_of_the_cluster(make_content) -> None:
    page = render_causes(make_content())
    second = page.replace("\xa0", " ").split('<article class="cause"')[2]
    assert "Cluster 2: 4 errors, mainly stop taken for yield" in second
    assert "33.3 % of all errors" in second
    assert "given 100 %, taken for 75 %" in second
    assert "stop → parking" in second


def test_what_is_unusual_is_said_in_its_cluster_alone(make_content) -> None:
    articles = render_causes(make_content()).split('<article class="cause"')[1:]
    assert ["angle: 60" in article for article in articles] == [False, True, False]


def test_the_heatmap_of_a_cluster_is_stored_once_and_laid_over_each_of_its_images(make_content) -> None:
    page = render_causes(make_content())
    assert len(re.findall(r"#cause-\d+ \.heat \{ background-image", page)) == 2
    assert page.count('<span class="heat">') == 6 + 4  # not over the outliers


def test_where_there_is_no_heatmap_the_page_says_why_and_has_no_switch(make_content) -> None:
    page = render_causes(make_content(heat=False))
    assert "the network cannot be traced" in page
    assert 'class="switch"' not in page
    assert "mean heatmap" not in page


def test_what_is_not_shown_is_counted_and_its_folder_named(make_content) -> None:
    page = render_causes(make_content(shown=4))
    assert "and 2 more in <code>results/causes/1</code>" in page


def test_the_negative_result_of_a_retraining_is_said(make_content) -> None:
    page = render_causes(make_content(retrained=True))
    assert "Nothing is gained." in page
    assert "0.7500" in page
    assert "+0.0500" in page
