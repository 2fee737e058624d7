from dataclasses import replace

import numpy as np
import pytest
import torch

from faultloc.methods.dfaulo.default.inputs.patches import draw_patches, has_patches


def some_images(samples=30, channels=2, rows=16, columns=18, seed=0):
    return torch.rand(samples, channels, rows, columns, generator=torch.Generator().manual_seed(seed)) * 200


def test_a_feature_is_the_root_of_the_mean_answer_of_a_filter_in_a_cell_of_the_grid():
    images = some_images()
    patches = draw_patches(images, torch.Generator().manual_seed(1), samples=30)
    features = patches(images)
    assert features.shape == (30, 2 * 96 * 9)
    filters, size = patches.filters.numpy(), patches.filters.shape[-1]
    scaled = images.numpy() / patches.scale
    rows, columns = (len(range(0, side - size + 1, 2)) for side in (16, 18))
    for sample, number in ((0, 0), (7, 50), (29, 95)):
        answers = np.empty((rows, columns))
        for row in range(rows):
            for column in range(columns):
                patch = scaled[sample, :, 2 * row : 2 * row + size, 2 * column : 2 * column + size]
                answers[row, column] = (filters[number] * (patch - patch.mean())).sum() / np.sqrt(patch.var() + 0.05)
        for side, sign in ((0, 1), (1, -1)):
            kept = np.maximum(sign * answers - 0.25, 0)
            for cell in range(9):
                top, left = cell // 3, cell % 3
                part = kept[
                    top * rows // 3 : -(-(top + 1) * rows // 3), left * columns // 3 : -(-(left + 1) * columns // 3)
                ]
                place = side * 96 * 9 + number * 9 + cell
                assert features[sample, place].item() == pytest.approx(np.sqrt(part.mean()), abs=1e-3)


def test_mirrored_features_are_the_mean_of_those_of_an_image_and_its_mirror_image():
    images = some_images()
    patches = draw_patches(images, torch.Generator().manual_seed(1), samples=30)
    mirrored = replace(patches, mirrored=True)(images)
    assert not torch.allclose(mirrored, patches(images), atol=1e-2)
    assert torch.allclose(mirrored, (patches(images) + patches(images.flip(3))) / 2, atol=1e-5)
    assert torch.allclose(mirrored, replace(patches, mirrored=True)(images.flip(3)), atol=1e-5)


@pytest.mark.parametrize("rows", [8, 16, 28, 32, 40, 224])
def test_images_of_any_size_have_features(rows):
    images = some_images(samples=20, rows=rows, columns=rows)
    features = draw_patches(images, torch.Generator().manual_seed(1), samples=20)(images)
    assert torch.isfinite(features).all()
    assert features.std(0).max() > 0


def test_brightness_and_contrast_hardly_matter():
    images = some_images()
    patches = draw_patches(images, torch.Generator().manual_seed(1), samples=30)
    assert torch.allclose(patches(images), patches(images + 50), atol=1e-3)


@pytest.mark.parametrize("unit", [1e-30, 1e-9, 1e25])
def test_the_unit_of_the_images_does_not_matter(unit):
    images = some_images()
    features, others = (
        draw_patches(given, torch.Generator().manual_seed(1), samples=30)(given) for given in (images, images * unit)
    )
    assert torch.allclose(features, others, rtol=1e-3, atol=1e-4)


def test_images_that_differ_by_the_rounding_alone_have_hardly_any_features():
    images = torch.full((20, 3, 16, 16), 0.3)
    images[:, :, ::3] += 3e-8  # one unit in the last place
    assert images.std() > 0
    features = draw_patches(images, torch.Generator().manual_seed(1), samples=20)(images)
    assert features.std(0).max() < 0.01


def test_images_of_one_colour_have_features_of_zero():
    images = torch.full((20, 3, 16, 16), 7.0)
    assert not draw_patches(images, torch.Generator().manual_seed(1), samples=20)(images).any()


@pytest.mark.parametrize(
    ("shape", "expected"),
    [
        ((3, 32, 32), True),
        ((1, 8, 8), True),
        ((32, 8, 8), True),
        ((33, 8, 8), False),
        ((1, 7, 30), False),
        ((32, 32), False),
        ((5,), False),
    ],
)
def test_only_images_that_are_large_enough_have_patches(shape, expected):
    assert has_patches(torch.Size(shape)) is expected
