// L-shaped bracket: a wall plate and a shelf with a hole, joined by a fillet. Millimetres, OpenCASCADE kernel.
// `h` (element size) comes from the job; everything else may be changed here.
SetFactory("OpenCASCADE");
If (!Exists(h)) h = 4; EndIf

length = 60;   // of the shelf, along x
width = 40;    // along y
height = 50;   // of the wall plate, along z
wall = 6;      // thickness of both plates
fillet = 8;    // radius of the inner corner
hole = 7;      // radius of the hole in the shelf
hole_x = 42;   // its distance from the wall

// The profile in the xz plane, swept along y.
Point(1) = {0, 0, 0};
Point(2) = {length, 0, 0};
Point(3) = {length, 0, wall};
Point(4) = {wall + fillet, 0, wall};
Point(5) = {wall + fillet, 0, wall + fillet};
Point(6) = {wall, 0, wall + fillet};
Point(7) = {wall, 0, height};
Point(8) = {0, 0, height};
Line(1) = {1, 2};
Line(2) = {2, 3};
Line(3) = {3, 4};
Circle(4) = {4, 5, 6};
Line(5) = {6, 7};
Line(6) = {7, 8};
Line(7) = {8, 1};
Curve Loop(1) = {1, 2, 3, 4, 5, 6, 7};
Plane Surface(1) = {1};
profile() = Extrude {0, width, 0} { Surface{1}; };
body = profile[1];
Cylinder(100) = {hole_x, width / 2, -1, 0, 0, wall + 2, hole};
BooleanDifference(200) = { Volume{body}; Delete; }{ Volume{100}; Delete; };

// What the analysis looks for: the face that is held, the face that carries the load.
e = 0.01;
fix() = Surface In BoundingBox {-e, -e, -e, e, width + e, height + e};
load() = Surface In BoundingBox {length - e, -e, -e, length + e, width + e, wall + e};
Physical Surface("FIX") = {fix()};
Physical Surface("LOAD") = {load()};
Physical Volume("PART") = {200};
