"""A float network as a list of layers, from an OpenVINO IR: a graph in XML and its numbers beside it."""

import xml.etree.ElementTree as tree

import numpy as np

from layers import Layer

TYPES = {"f16": np.float16, "f32": np.float32}


class Graph:
    """The operators of a file, by number, and where each of their inputs comes from."""

    def __init__(self, path):
        root = tree.parse(path).getroot()
        self.path, self.blob = path, path.with_suffix(".bin").read_bytes()
        self.operators = {int(each.get("id")): each for each in root.find("layers")}
        self.sources = {number: {} for number in self.operators}
        for edge in root.find("edges"):
            port = int(edge.get("to-port"))
            self.sources[int(edge.get("to-layer"))][port] = int(edge.get("from-layer"))

    def kind(self, number):
        return self.operators[number].get("type")

    def inputs(self, number):
        return [source for _, source in sorted(self.sources[number].items())]

    def attributes(self, number):
        data = self.operators[number].find("data")
        return {} if data is None else data.attrib

    def numbers(self, number, name):
        """Of an attribute, that is a list."""
        return [int(each) for each in self.attributes(number)[name].split(",")]

    def constant(self, number):
        """float32; None of what is computed."""
        if self.kind(number) == "Convert":
            return self.constant(self.inputs(number)[0])
        if self.kind(number) != "Const":
            return None
        attributes = self.attributes(number)
        start = int(attributes["offset"])
        data = self.blob[start : start + int(attributes["size"])]
        values = np.frombuffer(data, TYPES[attributes["element_type"]]).astype(np.float32)
        return values.reshape(self.numbers(number, "shape") if attributes["shape"] else [])

    def order(self):
        """All operators that compute, each after its inputs."""
        placed, order = set(), []

        def visit(number):
            if number in placed:
                return
            placed.add(number)
            for source in self.inputs(number):
                visit(source)
            if self.kind(number) not in ("Const", "Convert", "Parameter", "Result"):
                order.append(number)

        for number in sorted(self.operators):
            if self.kind(number) == "Result":
                visit(number)
        return order


def read_ir(path):
    """The layers, the names of the outputs, and what is done to the input's channels before all else:
    a factor and what is then added."""
    graph = Graph(path)
    layers, by_name, names = [], {}, {}
    factors, added = np.ones((1, 3, 1, 1), np.float32), np.zeros((1, 3, 1, 1), np.float32)

    def place(number, layer):
        layers.append(layer)
        by_name[layer.name] = layer
        names[number] = layer.name

    for number in graph.operators:
        if graph.kind(number) == "Parameter":
            names[number] = "input"
    for number in graph.order():
        kind = graph.kind(number)
        name = graph.operators[number].get("name")
        sources = graph.inputs(number)
        constants = [graph.constant(s) for s in sources]
        inputs = [names[s] for s, c in zip(sources, constants, strict=True) if c is None]
        constant = next((c for c in constants if c is not None), None)
        if kind in ("Convolution", "GroupConvolution"):
            depthwise = kind == "GroupConvolution"
            weights = constant[:, 0] if depthwise else constant
            assert weights.shape[2] == weights.shape[3]
            assert not depthwise or weights.shape[1] == 1
            layer = Layer("depthwise" if depthwise else "conv", name, inputs, weights)
            layer.bias = np.zeros(len(weights), np.float32)
            layer.stride = graph.numbers(number, "strides")[0]
            border = graph.numbers(number, "pads_begin")
            layer.valid = weights.shape[2] > 1 and border == [0, 0]
            assert border == graph.numbers(number, "pads_end") == [layer.border] * 2
            place(number, layer)
        elif constant is not None and inputs == ["input"]:
            if kind == "Multiply":
                factors, added = factors * constant, added * constant
            else:
                assert kind == "Add"
                added = added + constant
            names[number] = "input"
        elif kind == "Add" and constant is not None:
            layer = by_name[inputs[0]]
            assert layer.is_convolution and layer.activation == "none"
            layer.bias = layer.bias + constant.reshape(-1)
            names[number] = inputs[0]
        elif kind == "PReLU":
            layer = by_name[inputs[0]]
            assert layer.is_convolution and layer.activation == "none"
            layer.activation = "prelu"
            layer.slopes = np.broadcast_to(constant.reshape(-1), layer.bias.shape).copy()
            names[number] = inputs[0]
        elif kind == "AvgPool":
            place(number, Layer("mean", name, inputs))
        else:
            places = {"Add": "add", "Multiply": "gate", "Sigmoid": "logistic"}
            if constant is not None or kind not in places:
                raise ValueError(f"{path}: {name}: {kind} is not known here")
            place(number, Layer(places[kind], name, inputs))
    outputs = [
        names[graph.inputs(n)[0]] for n in sorted(graph.operators) if graph.kind(n) == "Result"
    ]
    return layers, outputs, (factors.reshape(-1), added.reshape(-1))
