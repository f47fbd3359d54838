"""The Ansible collection ``pidoctor.tflite``, and the files for a board's first start."""
