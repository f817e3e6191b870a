// A cooling plate with two bores, in metres. plate.msh is made of it: gmsh -2 plate.geo -format msh41 -o plate.msh
SetFactory("OpenCASCADE");
If (!Exists(h)) h = 0.006; EndIf
Rectangle(1) = {0, 0, 0, 0.30, 0.16, 0.012};
Disk(2) = {0.08, 0.08, 0, 0.035};
Disk(3) = {0.21, 0.10, 0, 0.022};
BooleanDifference(4) = { Surface{1}; Delete; }{ Surface{2, 3}; Delete; };
e = 1e-6;
hot() = Curve In BoundingBox {0.045 - e, 0.045 - e, -e, 0.115 + e, 0.115 + e, e};
heated() = Curve In BoundingBox {0.188 - e, 0.078 - e, -e, 0.232 + e, 0.122 + e, e};
cold() = Curve In BoundingBox {0.30 - e, -e, -e, 0.30 + e, 0.16 + e, e};
Physical Curve("HOT") = {hot()};
Physical Curve("HEATED") = {heated()};
Physical Curve("COLD") = {cold()};
Physical Surface("PLATE") = {4};
Mesh.MeshSizeMax = h;
Mesh.MeshSizeFromCurvature = 40;
