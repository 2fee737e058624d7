"""Programs whose training goes wrong for a known reason, their fixed twins, and healthy ones that look odd."""
